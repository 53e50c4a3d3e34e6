import { isDeepStrictEqual } from 'node:util';
import { anyOf, type Authenticator } from '@grpc-authn/core/authenticator';
import { hasAuthenticatorNamed } from '@grpc-authn/core/internal';
import { ask, principalOf } from '../ask.ts';
import type { ContractCheck } from '../check.ts';
import { assertSucceeds, assertThat } from '../expected.ts';

export const IDENTITY_CHECKS: readonly ContractCheck[] = [
  {
    name: 'never changes its name, schemes and issuers',
    async run(create) {
      const { authenticator, good } = await create();
      const before = identityOf(authenticator);
      await ask(authenticator, await good());
      assertThat(
        isDeepStrictEqual(identityOf(authenticator), before),
        'the same name, schemes and issuers as before the call',
        'others',
        'Set them when you create the authenticator.',
      );
    },
  },
  {
    name: 'has a name and schemes that a composition accepts',
    async run(create) {
      const { authenticator } = await create();
      await assertSucceeds(
        () => anyOf(authenticator),
        'a name and schemes that anyOf() accepts',
        'See the cause.',
      );
    },
  },
  {
    name: 'names itself, or one of its children, in the principal',
    async run(create) {
      const { authenticator, good } = await create();
      const principal = await principalOf(authenticator, await good());
      if (principal === undefined) return;
      assertThat(
        hasAuthenticatorNamed(authenticator, principal.authenticator),
        `"${authenticator.name}" or one of its children in the principal`,
        `"${principal.authenticator}"`,
        'Pass the name of the authenticator to createPrincipal.',
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
      assertThat(
        issuers.includes(principal.issuer),
        'one of its issuers in the principal',
        'another issuer',
        'Refuse tokens of other issuers for the reason "issuer", or add the issuer to `issuers`.',
      );
    },
  },
];

function identityOf({ name, schemes, issuers }: Authenticator<object>): unknown {
  return { name, schemes: schemes && [...schemes], issuers: issuers && [...issuers] };
}
