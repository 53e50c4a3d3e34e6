import { describe, expect, it } from 'vitest';
import { messageOf } from '../../../../packages/config/test/support/loaded.ts';
import { LIST, REFUND, useRecipe } from '../support/recipe.ts';

const ISSUER = 'https://token.actions.githubusercontent.com';
const { load, sign, signOtherwise } = useRecipe(
  'github-actions',
  {
    documents: {
      [`${ISSUER}/.well-known/openid-configuration`]: {
        issuer: ISSUER,
        jwks_uri: `${ISSUER}/.well-known/jwks`,
        subject_types_supported: ['public', 'pairwise'],
        response_types_supported: ['id_token'],
        id_token_signing_alg_values_supported: ['RS256'],
      },
    },
    keysUrl: `${ISSUER}/.well-known/jwks`,
  },
  { GITHUB_OIDC_AUDIENCE: 'https://orders.example.com', GITHUB_OWNER_ID: '123456' },
);

const workflowToken = (changes: object = {}, header: object = {}): Promise<string> =>
  sign(
    { typ: 'JWT', x5t: 'HyYiMVMBdC3ZzGWnD1bWw9xrMXU', ...header },
    {
      jti: '5b25a4aa-3dfc-4bee-8b21-320854ecd28e',
      sub: 'repo:octo-org@123456/octo-repo@456789:ref:refs/heads/main',
      aud: 'https://orders.example.com',
      iss: ISSUER,
      ref: 'refs/heads/main',
      ref_type: 'branch',
      sha: 'ab8c1d0b2a8f5f3f9a1c7a9f1d7c1f0e5a3b2c1d',
      repository: 'octo-org/octo-repo',
      repository_id: '456789',
      repository_owner: 'octo-org',
      repository_owner_id: '123456',
      repository_visibility: 'private',
      run_id: '30433642',
      run_attempt: '1',
      actor: 'octocat',
      actor_id: '583231',
      workflow: 'deploy',
      workflow_ref: 'octo-org/octo-repo/.github/workflows/deploy.yml@refs/heads/main',
      event_name: 'push',
      runner_environment: 'github-hosted',
      nbf: 1_632_492_967,
      ...changes,
    },
  );

describe('the recipe for GitHub Actions', () => {
  it('accepts the token of a workflow of the owner', async () => {
    const { principalOf, requests } = await load();
    expect(await principalOf(await workflowToken())).toMatchObject({
      subject: 'repo:octo-org@123456/octo-repo@456789:ref:refs/heads/main',
      clientId: undefined,
      issuer: ISSUER,
      audience: ['https://orders.example.com'],
    });
    expect(requests.map(({ url }) => url)).toEqual([
      `${ISSUER}/.well-known/openid-configuration`,
      `${ISSUER}/.well-known/jwks`,
    ]);
  });

  it('decides by repository and by environment', async () => {
    const { ask } = await load();
    expect(await ask(await workflowToken(), LIST)).toBe('allowed');
    expect(await ask(await workflowToken({ repository_id: '1' }), LIST)).toBe(
      'permission_denied/claim',
    );
    const production = { environment: 'production' };
    expect(await ask(await workflowToken(production), REFUND)).toBe('allowed');
    expect(await ask(await workflowToken(), REFUND)).toBe('permission_denied/claim');
    expect(await ask(await workflowToken({ ...production, repository_id: '1' }), REFUND)).toBe(
      'permission_denied/claim',
    );
  });

  it.each([
    ['for another service', { aud: 'https://github.com/octo-org' }, 'audience'],
    ['of another owner', { repository_owner_id: '999' }, 'claim'],
    ['of another owner, with all names alike', { repository_owner_id: undefined }, 'claim'],
    ['of an enterprise of its own', { iss: 'https://token.actions.octocorp.ghe.com' }, 'issuer'],
    [
      'of an enterprise with its name in the issuer',
      { iss: 'https://token.actions.githubusercontent.com/octocorp' },
      'issuer',
    ],
    ['that says to be an access token', { token_use: 'access' }, 'use'],
  ])('refuses one %s', async (_, changes, reason) => {
    const { ask } = await load();
    expect(await ask(await workflowToken(changes))).toBe(`invalid_token/${reason}`);
  });

  it('rejects a JWT of another type', async () => {
    const { ask } = await load();
    expect(await ask(await workflowToken({}, { typ: undefined }))).toBe('invalid_token/type');
  });

  it('is rejected without its pin', async () => {
    const edit = (text: string): string => text.replace(/^ +pin: .*\n/m, '');
    expect(await messageOf(load({ edit }))).toContain(
      'expected "pin" with repository_owner_id or repository_id or enterprise_id',
    );
  });

  it('is rejected with a pin of a name, which may change its owner', async () => {
    const edit = (text: string): string =>
      text.replace('repository_owner_id:', 'repository_owner:');
    expect(await messageOf(load({ edit }))).toContain('expected "pin" with repository_owner_id');
  });

  it('rejects a signature of another algorithm', async () => {
    const { ask } = await load();
    expect(await ask(await signOtherwise(await workflowToken()))).toBe('invalid_token/algorithm');
  });
});
