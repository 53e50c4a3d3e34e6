import {
  type AuthenticatorAdapter,
  adapterSchema,
  anyValue,
  buildAll,
  defineAdapter,
  section,
  text,
  z,
} from '@grpc-authn/config/adapter';
import type { Authenticator } from '@grpc-authn/core/authenticator';
import { byIssuer } from '../routing/by-issuer.ts';

/** The name of an authenticator, or an inline definition, which `context.build` checks. */
type AuthenticatorSpec = string | Readonly<Record<string, unknown>>;

export interface ByIssuerFileOptions {
  readonly issuers: Readonly<Record<string, AuthenticatorSpec>>;
  readonly opaque?: AuthenticatorSpec;
}

const authenticatorSpec: z.ZodType<AuthenticatorSpec> = z.union([text, z.looseObject({})], {
  error: 'expected the name of an authenticator, or an inline definition',
});

/** `use: byIssuer` in a config file. */
export const adapter: AuthenticatorAdapter<ByIssuerFileOptions> = defineAdapter({
  name: 'byIssuer',
  schema: adapterSchema<ByIssuerFileOptions>(
    section(
      {
        issuers: z
          .record(text, authenticatorSpec)
          .refine((issuers) => Object.keys(issuers).length > 0, 'expected at least one issuer')
          .meta({
            description:
              'By issuer: the name of the authenticator of its tokens, or an inline definition.',
            minProperties: 1,
          }),
        opaque: authenticatorSpec
          .describe(
            'The authenticator of tokens that are not JWTs: its name, or an inline definition.',
          )
          .exactOptional(),
      },
      'Sends each JWT to the authenticator of its issuer.',
    ),
  ),
  // Each route is compared by itself, and one more is an addition.
  strictness: { issuers: anyValue, opaque: anyValue },
  async create({ issuers, opaque }, context) {
    const routes = Object.entries(issuers);
    const children = routes.map(([issuer, spec]) => ({ spec, path: ['issuers', issuer] }));
    const forOpaque = opaque === undefined ? [] : [{ spec: opaque, path: ['opaque'] }];
    const built = await buildAll(context, [...children, ...forOpaque]);
    const rest = built[routes.length];
    return byIssuer(
      Object.fromEntries(
        routes.map(([issuer], index) => [issuer, built[index] as Authenticator<object>]),
      ),
      rest === undefined ? {} : { opaque: rest },
    );
  },
});
