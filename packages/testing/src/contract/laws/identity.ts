import assert from 'node:assert/strict';
import { anyOf, type Authenticator } from '@grpc-authn/core/authenticator';
import { hasAuthenticatorNamed } from '@grpc-authn/core/internal';
import { ask, principalOf } from '../ask.ts';
import type { Law } from '../law.ts';

export const IDENTITY_LAWS: readonly Law[] = [
  {
    name: 'keeps its name, its schemes and its issuers',
    async holds(create) {
      const { authenticator, good } = await create();
      const before = identityOf(authenticator);
      await ask(authenticator, await good());
      assert.deepEqual(identityOf(authenticator), before);
    },
  },
  {
    name: 'has a name and schemes that a composition takes',
    async holds(create) {
      const { authenticator } = await create();
      assert.doesNotThrow(() => anyOf(authenticator));
    },
  },
  {
    name: 'vouches in its own name, or in that of one inside it',
    async holds(create) {
      const { authenticator, good } = await create();
      const principal = await principalOf(authenticator, await good());
      if (principal === undefined) return;
      assert.ok(
        hasAuthenticatorNamed(authenticator, principal.authenticator),
        `"${authenticator.name}" vouched as "${principal.authenticator}"`,
      );
    },
  },
  {
    name: 'vouches for no issuer but those that it names',
    async holds(create) {
      const { authenticator, good } = await create();
      const { issuers = [] } = authenticator;
      const principal = await principalOf(authenticator, await good());
      if (principal?.issuer === undefined || issuers.length === 0) return;
      assert.ok(issuers.includes(principal.issuer), 'the principal is of another issuer');
    },
  },
];

function identityOf({ name, schemes, issuers }: Authenticator<object>): unknown {
  return { name, schemes: schemes && [...schemes], issuers: issuers && [...issuers] };
}
