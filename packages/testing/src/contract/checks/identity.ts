import assert from 'node:assert/strict';
import { anyOf, type Authenticator } from '@grpc-authn/core/authenticator';
import { hasAuthenticatorNamed } from '@grpc-authn/core/internal';
import { ask, principalOf } from '../ask.ts';
import type { ContractCheck } from '../check.ts';

export const IDENTITY_CHECKS: readonly ContractCheck[] = [
  {
    name: 'never changes its name, schemes and issuers',
    async run(create) {
      const { authenticator, good } = await create();
      const before = identityOf(authenticator);
      await ask(authenticator, await good());
      assert.deepEqual(identityOf(authenticator), before);
    },
  },
  {
    name: 'has a name and schemes that a composition accepts',
    async run(create) {
      const { authenticator } = await create();
      assert.doesNotThrow(() => anyOf(authenticator));
    },
  },
  {
    name: 'names itself, or one of its children, in the principal',
    async run(create) {
      const { authenticator, good } = await create();
      const principal = await principalOf(authenticator, await good());
      if (principal === undefined) return;
      assert.ok(
        hasAuthenticatorNamed(authenticator, principal.authenticator),
        `"${authenticator.name}" named "${principal.authenticator}" in the principal`,
      );
    },
  },
  {
    name: 'accepts only tokens of its issuers',
    async run(create) {
      const { authenticator, good } = await create();
      const { issuers = [] } = authenticator;
      const principal = await principalOf(authenticator, await good());
      if (principal?.issuer === undefined || issuers.length === 0) return;
      assert.ok(issuers.includes(principal.issuer), 'the principal has another issuer');
    },
  },
];

function identityOf({ name, schemes, issuers }: Authenticator<object>): unknown {
  return { name, schemes: schemes && [...schemes], issuers: issuers && [...issuers] };
}
