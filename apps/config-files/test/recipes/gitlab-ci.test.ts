import { describe, expect, it } from 'vitest';
import { messageOf } from '../../../../packages/config/test/support/loaded.ts';
import { LIST, REFUND, useRecipe } from '../support/recipe.ts';

const ISSUER = 'https://gitlab.com';
const { load, sign, signOtherwise } = useRecipe(
  'gitlab-ci',
  {
    documents: {
      [`${ISSUER}/.well-known/openid-configuration`]: {
        issuer: ISSUER,
        authorization_endpoint: `${ISSUER}/oauth/authorize`,
        token_endpoint: `${ISSUER}/oauth/token`,
        jwks_uri: `${ISSUER}/oauth/discovery/keys`,
        id_token_signing_alg_values_supported: ['RS256'],
      },
    },
    keysUrl: `${ISSUER}/oauth/discovery/keys`,
  },
  { GITLAB_OIDC_AUDIENCE: 'https://orders.example.com', GITLAB_NAMESPACE_ID: '72' },
);

const jobToken = (changes: object = {}): Promise<string> =>
  sign(
    { typ: 'JWT' },
    {
      namespace_id: '72',
      namespace_path: 'my-group',
      project_id: '20',
      project_path: 'my-group/my-project',
      user_id: '1',
      user_login: 'sample-user',
      user_email: 'sample-user@example.com',
      user_identities: [{ provider: 'github', extern_uid: '2435223452345' }],
      pipeline_id: '574',
      pipeline_source: 'push',
      job_id: '302',
      ref: 'main',
      ref_type: 'branch',
      ref_path: 'refs/heads/main',
      ref_protected: 'true',
      runner_id: 1,
      runner_environment: 'self-hosted',
      sha: '714a629c0b401fdce83e847fc9589983fc6f46bc',
      jti: '235b3a54-b797-45c7-ae9a-f72d7bc6ef5b',
      iss: ISSUER,
      nbf: 1_681_395_188,
      sub: 'project_path:my-group/my-project:ref_type:branch:ref:main',
      aud: 'https://orders.example.com',
      ...changes,
    },
  );

describe('the recipe for GitLab CI', () => {
  it('accepts the ID token of a job of the namespace', async () => {
    const { principalOf, requests } = await load();
    expect(await principalOf(await jobToken())).toMatchObject({
      subject: 'project_path:my-group/my-project:ref_type:branch:ref:main',
      clientId: undefined,
      issuer: ISSUER,
    });
    expect(requests.map(({ url }) => url)).toEqual([
      `${ISSUER}/.well-known/openid-configuration`,
      `${ISSUER}/oauth/discovery/keys`,
    ]);
  });

  it('decides by project, protected ref and environment', async () => {
    const { ask } = await load();
    const production = { environment: 'production', environment_protected: 'true' };
    expect(await ask(await jobToken(), LIST)).toBe('allowed');
    expect(await ask(await jobToken({ project_id: '21' }), LIST)).toBe('permission_denied/claim');
    expect(await ask(await jobToken(production), REFUND)).toBe('allowed');
    expect(await ask(await jobToken(), REFUND)).toBe('permission_denied/claim');
    const feature = { ...production, ref: 'feature-branch-1', ref_protected: 'false' };
    expect(await ask(await jobToken(feature), REFUND)).toBe('permission_denied/claim');
  });

  it.each([
    ['for another service', { aud: 'https://vault.example.com' }, 'audience'],
    ['of another group', { namespace_id: '73' }, 'claim'],
    [
      'of a merge request from a fork, whose pipeline runs in our project',
      { namespace_id: '73', project_id: '21', job_namespace_id: '72', job_project_id: '20' },
      'claim',
    ],
    ['of another group, with all names alike', { namespace_id: undefined }, 'claim'],
    ['of another instance', { iss: 'https://gitlab.example.com' }, 'issuer'],
    ['that says to be an access token', { token_use: 'access' }, 'use'],
  ])('refuses one %s', async (_, changes, reason) => {
    const { ask } = await load();
    expect(await ask(await jobToken(changes))).toBe(`invalid_token/${reason}`);
  });

  it('is rejected without its pin', async () => {
    const edit = (text: string): string => text.replace(/^ +pin: .*\n/m, '');
    expect(await messageOf(load({ edit }))).toContain(
      'expected "pin" with namespace_id or project_id',
    );
  });

  it('rejects a signature of another algorithm', async () => {
    const { ask } = await load();
    expect(await ask(await signOtherwise(await jobToken()))).toBe('invalid_token/algorithm');
  });
});
