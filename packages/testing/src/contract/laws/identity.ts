import assert from 'node:assert/strict';
import { AuthError, type Authenticator, createGate } from '@grpc-authn/core/authenticator';
import { vouchesAs } from '@grpc-authn/core/internal';
import { ask, contextWith, principalOf } from '../ask.ts';
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
    name: 'has a name and schemes that the gate takes, and is asked about no other scheme',
    async holds(create) {
      const { authenticator, good } = await create();
      const gate = createGate({ authenticator });
      const verdict = await gate({ scheme: UNNAMED, token: await good() }, contextWith());
      assert.ok(AuthError.is(verdict) && verdict.reason === 'other_scheme', 'it was asked');
    },
  },
  {
    name: 'vouches in its own name, or in that of one inside it',
    async holds(create) {
      const { authenticator, good } = await create();
      const principal = await principalOf(authenticator, await good());
      if (principal === undefined) return;
      assert.ok(
        vouchesAs(authenticator, principal.authenticator),
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

/** A scheme that nobody names. */
const UNNAMED = 'kit-unnamed';

function identityOf({ name, schemes, issuers }: Authenticator<object>): unknown {
  return { name, schemes: schemes && [...schemes], issuers: issuers && [...issuers] };
}
