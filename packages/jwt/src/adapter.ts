import {
  type Authenticator,
  type AuthenticatorAdapter,
  defineAdapter,
} from '@grpc-authn/core/authenticator';
import * as z from 'zod';
import { adapterSchema } from './adapter/adapter-schema.ts';
import { section } from './adapter/sections.ts';
import { text } from './adapter/values.ts';
import { byIssuer } from './routing/by-issuer.ts';

/** The name of an authenticator, or one in place, which whoever reads the file knows to check. */
type ChildSpec = string | Readonly<Record<string, unknown>>;

export interface ByIssuerFileOptions {
  readonly issuers: Readonly<Record<string, ChildSpec>>;
  readonly opaque?: ChildSpec;
}

const childSpec: z.ZodType<ChildSpec> = z.union([text, z.looseObject({})], {
  error: 'wanted the name of an authenticator, or one in place',
});

/** `use: byIssuer` in a config file. */
export const adapter: AuthenticatorAdapter<ByIssuerFileOptions> = defineAdapter({
  name: 'byIssuer',
  schema: adapterSchema<ByIssuerFileOptions>(
    section(
      {
        issuers: z
          .record(text, childSpec)
          .refine((issuers) => Object.keys(issuers).length > 0, 'wanted at least one issuer')
          .meta({
            description: 'By issuer, the name of the authenticator of its tokens, or one in place.',
            minProperties: 1,
          }),
        opaque: childSpec
          .describe('The authenticator of what is no JWT: its name, or one in place.')
          .exactOptional(),
      },
      'Sends each JWT to the authenticator of its issuer.',
    ),
  ),
  async create({ issuers, opaque }, context) {
    // A Map, as in byIssuer itself: a route's name is text from a file.
    const routes = new Map<string, Authenticator<object>>();
    for (const [issuer, spec] of Object.entries(issuers))
      routes.set(issuer, await context.build(spec));
    return byIssuer(
      Object.fromEntries(routes),
      opaque === undefined ? {} : { opaque: await context.build(opaque) },
    );
  },
});
