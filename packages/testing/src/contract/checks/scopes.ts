import { principalOf } from '../ask.ts';
import type { ContractCheck } from '../check.ts';
import { assertThat } from '../expected.ts';

export const SCOPE_CHECKS: readonly ContractCheck[] = [
  {
    name: 'lists the scopes of a principal one by one',
    having: 'scopes',
    async run(create) {
      const { authenticator, good } = await create();
      const principal = await principalOf(authenticator, await good());
      if (principal === undefined) return;
      const { scopes } = principal;
      assertThat(
        scopes.length > 0,
        'scopes in the principal',
        'none',
        'Pass the scopes of the token to createPrincipal, or remove "scopes".',
      );
      // A scope contains no space (RFC 6749, section 3.3).
      assertThat(
        !scopes.some((scope) => scope === '' || scope.includes(' ')),
        'scopes that are not empty and contain no space',
        'others',
        'Split the scopes at spaces.',
      );
    },
  },
  {
    name: 'lists no scopes, because it does not declare any',
    lacking: 'scopes',
    async run(create) {
      const { authenticator, good } = await create();
      const principal = await principalOf(authenticator, await good());
      assertThat(
        (principal?.scopes ?? []).length === 0,
        'no scopes in the principal',
        `${principal?.scopes.length}`,
        'Declare "scopes".',
      );
    },
  },
];
