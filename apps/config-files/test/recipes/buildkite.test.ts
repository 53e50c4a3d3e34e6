import { describe, expect, it } from 'vitest';
import { messageOf } from '../../../../packages/config/test/support/loaded.ts';
import { LIST, REFUND, useRecipe } from '../support/recipe.ts';

const ISSUER = 'https://agent.buildkite.com';
const ORGANIZATION = 'f892efa9-103e-4d28-97a1-3b8616a0994d';
const { load, sign, signOtherwise } = useRecipe(
  'buildkite',
  {
    documents: {
      [`${ISSUER}/.well-known/openid-configuration`]: {
        issuer: ISSUER,
        jwks_uri: `${ISSUER}/.well-known/jwks`,
        response_types_supported: ['id_token'],
        id_token_signing_alg_values_supported: ['RS256'],
      },
    },
    keysUrl: `${ISSUER}/.well-known/jwks`,
  },
  {
    BUILDKITE_OIDC_AUDIENCE: 'https://orders.example.com',
    BUILDKITE_ORGANIZATION_ID: ORGANIZATION,
  },
);

const jobToken = (changes: object = {}): Promise<string> =>
  sign(
    {},
    {
      iss: ISSUER,
      sub: 'organization:acme-inc:pipeline:super-duper-app:ref:refs/heads/main:commit:9f31820:step:build',
      aud: 'https://orders.example.com',
      nbf: 1_669_014_898,
      organization_slug: 'acme-inc',
      pipeline_slug: 'super-duper-app',
      build_number: 1,
      build_branch: 'main',
      build_commit: '9f3182061f1e2cca4702c368cbc039b7dc9d4485',
      step_key: 'build',
      job_id: '0184990a-477b-4fa8-9968-496074483cee',
      agent_id: '0184990a-4782-42b5-afc1-16715b10b8ff',
      build_source: 'ui',
      runner_environment: 'buildkite-hosted',
      organization_id: ORGANIZATION,
      pipeline_id: '0184990a-4782-42b5-afc1-16715b10b110',
      ...changes,
    },
  );

describe('the recipe for Buildkite', () => {
  it('accepts the token of a job of the organization', async () => {
    const { principalOf, requests } = await load();
    expect(await principalOf(await jobToken())).toMatchObject({
      clientId: undefined,
      issuer: ISSUER,
      audience: ['https://orders.example.com'],
    });
    expect(requests.map(({ url }) => url)).toEqual([
      `${ISSUER}/.well-known/openid-configuration`,
      `${ISSUER}/.well-known/jwks`,
    ]);
  });

  it('decides by pipeline and by cluster', async () => {
    const { ask } = await load();
    const cluster = { cluster_id: '0191f956-042f-7ec4-aa62-8e5eeae396d0' };
    expect(await ask(await jobToken(), LIST)).toBe('allowed');
    expect(await ask(await jobToken({ pipeline_id: undefined }), LIST)).toBe(
      'permission_denied/claim',
    );
    expect(await ask(await jobToken(cluster), REFUND)).toBe('allowed');
    expect(await ask(await jobToken(), REFUND)).toBe('permission_denied/claim');
  });

  it.each([
    ['for another service', { aud: 'sts.amazonaws.com' }, 'audience'],
    ['with the default audience', { aud: 'https://buildkite.com/acme-inc' }, 'audience'],
    ['of another organization', { organization_id: '0184990a-477b-4fa8-9968-1' }, 'claim'],
    ['of another organization, with all names alike', { organization_id: undefined }, 'claim'],
    ['that says to be an access token', { token_use: 'access' }, 'use'],
  ])('refuses one %s', async (_, changes, reason) => {
    const { ask } = await load();
    expect(await ask(await jobToken(changes))).toBe(`invalid_token/${reason}`);
  });

  it('is rejected without its pin', async () => {
    const edit = (text: string): string => text.replace(/^ +pin: .*\n/m, '');
    expect(await messageOf(load({ edit }))).toContain('expected "pin" with organization_id');
  });

  it('rejects a signature of another algorithm', async () => {
    const { ask } = await load();
    expect(await ask(await signOtherwise(await jobToken()))).toBe('invalid_token/algorithm');
  });
});
