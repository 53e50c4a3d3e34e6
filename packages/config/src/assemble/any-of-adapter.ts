import { anyOf, type AuthenticatorAdapter, defineAdapter } from '@grpc-authn/core/authenticator';
import { z } from 'zod';

interface AnyOfSpec {
  readonly of: readonly unknown[];
}

/** `use: anyOf` in a config file. It needs no package of its own. */
export const ANY_OF: AuthenticatorAdapter<AnyOfSpec> = defineAdapter({
  name: 'anyOf',
  schema: z.strictObject({
    of: z.array(z.unknown()).min(1).describe('asked in this order; the first that accepts'),
  }),
  create: async ({ of }, context) =>
    anyOf(...(await Promise.all(of.map((spec) => context.build(spec))))),
});
