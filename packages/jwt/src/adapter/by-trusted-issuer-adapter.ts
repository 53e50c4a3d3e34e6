import {
  type AuthenticatorAdapter,
  adapterSchema,
  anyValue,
  type Comparison,
  defineAdapter,
  numberIn,
  section,
  subset,
  text,
  texts,
  z,
} from '@grpc-authn/config/adapter';
import { ConfigError } from '@grpc-authn/core/authenticator';
import { systemClock } from '@grpc-authn/core/internal';
import { MAX_ISSUERS } from '../routing/by-trusted-issuer.ts';
import { TrustedIssuers } from '../routing/trusted-issuers.ts';
import { LateAuthenticator } from './late-authenticator.ts';
import { tenantReadiness } from './tenant-readiness.ts';
import { readTenantIssuers, type Tenants } from './tenant-issuers.ts';

export interface ByTrustedIssuerFileOptions {
  readonly issuers: readonly string[];
  readonly tenants?: Tenants;
  readonly each: Readonly<Record<string, unknown>>;
  readonly maxIssuers?: number;
}

/** Adapters whose keys are in the file: all tenants would share them, and each could sign for the others. */
const OF_ONE_ISSUER: ReadonlySet<unknown> = new Set(['jwks', 'hs256']);

/** A tenant that is added counts as weaker, and so does `any`. */
const compareTenants: Comparison<Tenants> = (before, after, options) => {
  if (before === 'any' || after === undefined) return undefined;
  if (after === 'any') return 'it accepts any tenant; expected a list, as in the running config';
  return subset<string>([])(before, after, options);
};

/** `use: byTrustedIssuer` in a config file. */
export const adapter: AuthenticatorAdapter<ByTrustedIssuerFileOptions> = defineAdapter({
  name: 'byTrustedIssuer',
  schema: adapterSchema<ByTrustedIssuerFileOptions>(
    section(
      {
        issuers: texts.describe(
          'The issuers. {tenant} is one whole segment of the path, or one whole label of the host.',
        ),
        tenants: z
          .union([z.literal('any'), texts], { error: 'expected a list of tenants, or any' })
          .describe('The accepted tenants, or "any": every organization at this provider.')
          .exactOptional(),
        each: z
          .looseObject({ use: text.describe('An adapter with the option "issuer", such as oidc.') })
          .describe("The definition of a tenant's authenticator, without its issuer."),
        maxIssuers: numberIn(
          MAX_ISSUERS,
          'How many authenticators are cached; the least recently used are closed.',
        ).exactOptional(),
      },
      "Sends each JWT to the authenticator of its tenant, which is created for the tenant's first token.",
    ),
  ),
  strictness: {
    issuers: subset<string>([]),
    tenants: compareTenants,
    // Compared by itself.
    each: anyValue,
    maxIssuers: anyValue,
  },
  async create({ issuers, tenants, each, maxIssuers = MAX_ISSUERS.default }, context) {
    const trusted = readTenantIssuers(issuers, tenants);
    if (OF_ONE_ISSUER.has(each['use'])) {
      const message = 'expected an adapter that discovers the keys of each issuer, such as oidc';
      throw new ConfigError([{ path: 'each.use', message }]);
    }
    const { create, traits } = await context.buildPerIssuer(each, ['each'], trusted);
    const made = new TrustedIssuers({
      trust: (issuer) =>
        trusted.includes(issuer)
          ? new LateAuthenticator(context.name, issuer, () => create(issuer))
          : undefined,
      maxIssuers: Math.floor(maxIssuers),
      clock: systemClock,
      name: context.name,
      issuers: trusted.known,
      traits: { ...traits, opaqueTokens: false },
    });
    return Object.assign(made, tenantReadiness(create));
  },
});
