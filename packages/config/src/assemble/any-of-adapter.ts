import { anyOf } from '@grpc-authn/core/authenticator';
import { buildAll } from '../adapter/build-all.ts';
import { type AuthenticatorAdapter, defineAdapter } from '../adapter/define-adapter.ts';
import { z } from '../adapter/zod.ts';

interface AnyOfSpec {
  readonly of: readonly unknown[];
}

/** `use: anyOf` in a config file. It needs no package of its own. */
export const ANY_OF: AuthenticatorAdapter<AnyOfSpec> = defineAdapter({
  name: 'anyOf',
  schema: z.strictObject({
    of: z.array(z.unknown()).min(1).describe('Asked in this order, until one accepts.'),
  }),
  async create({ of }, context) {
    const children = of.map((spec, index) => ({ spec, path: ['of', index] }));
    return anyOf(...(await buildAll(context, children)));
  },
});
