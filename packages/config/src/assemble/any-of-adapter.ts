import { anyOf } from '@grpc-authn/core/authenticator';
import { buildAll } from '../adapter/build-all.ts';
import { anyValue } from '../adapter/comparisons.ts';
import { type AuthenticatorAdapter, defineAdapter } from '../adapter/define-adapter.ts';
import { z } from '../adapter/zod.ts';

interface AnyOfSpec {
  readonly of: readonly unknown[];
}

/** `use: anyOf` in a config file. It needs no package of its own. */
export const ANY_OF: AuthenticatorAdapter<AnyOfSpec> = defineAdapter<AnyOfSpec>({
  name: 'anyOf',
  schema: z.strictObject({
    of: z.array(z.unknown()).min(1).describe('Asked in this order, until one accepts.'),
  }),
  // Each child is compared by itself, and one more is an addition.
  strictness: { of: anyValue },
  async create({ of }, context) {
    const children = of.map((spec, index) => ({ spec, path: ['of', index] }));
    return anyOf(...(await buildAll(context, children)));
  },
});
