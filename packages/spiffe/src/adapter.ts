// The config plug-in.
import {
  adapterSchema,
  anyValue,
  type AuthenticatorAdapter,
  type Comparison,
  defineAdapter,
  members,
  notCutOff,
  section,
  type Strictness,
  subset,
  text,
  texts,
  textsOrOne,
  z,
} from '@grpc-authn/config/adapter';
import { type HttpFileOptions, httpSchema, httpStrictness } from '@grpc-authn/provider/adapter';
import { matches } from './allowed-ids.ts';
import { createSpiffeAuthenticator } from './create-spiffe-authenticator.ts';
import type { BundleLocation, SpiffeOptions } from './spiffe-options.ts';
import { SVID_ALGORITHMS } from './svid-profile.ts';

/** What a file can set: no functions and no clocks; the name is the key in the file. */
export type SpiffeAdapterOptions = Omit<
  SpiffeOptions,
  'name' | 'claims' | 'http' | 'clock' | 'report'
> & { readonly http?: HttpFileOptions };

const bundle: z.ZodType<BundleLocation> = z
  .union(
    [
      section(
        { url: text.describe('The bundle endpoint: https, or http on loopback.') },
        'Fetched, and refreshed as its hint says.',
      ),
      section({ file: text.describe('Its path.') }, 'A file, read again when it changes.'),
      section(
        {
          // A private key that is misplaced here must not be shown.
          keys: z
            .array(z.looseObject({}).meta({ description: 'A JWK.', writeOnly: true }))
            .describe('The keys; those for JWT-SVIDs have "use": "jwt-svid".'),
        },
        'The bundle itself.',
      ),
    ],
    { error: 'expected one of { url }, { file } and { keys }' },
  )
  .describe('The bundle of the trust domain.');

type Algorithms = NonNullable<SpiffeOptions['algorithms']>;

const schema = adapterSchema<SpiffeAdapterOptions>(
  section(
    {
      trustDomain: text.describe('The trust domain, such as acme.example.'),
      bundle,
      audience: textsOrOne.describe('The audience that SVIDs must have: one of these, in "aud".'),
      allow: texts
        .describe('Accepted SPIFFE IDs, and prefixes that end in "/*"; default all of the domain.')
        .exactOptional(),
      algorithms: (
        z
          .array(z.enum(SVID_ALGORITHMS))
          .min(1)
          .describe(
            'Accepted signature algorithms; default all of RS, ES and PS.',
          ) as z.ZodType as z.ZodType<Algorithms>
      ).exactOptional(),
      http: section(httpSchema, 'Requests to the bundle endpoint.').exactOptional(),
    },
    'Verifies the JWT-SVIDs of a SPIFFE trust domain.',
  ),
);

/** Keys rotate, and their address may change. */
const compareBundles: Comparison<BundleLocation> = (before, after, options) =>
  notCutOff(addressOf(before), addressOf(after), options);

function addressOf(location: BundleLocation | undefined): string | undefined {
  const { url, file } = (location ?? {}) as { readonly url?: string; readonly file?: string };
  return url ?? file;
}

/** Every pattern is covered by one of the running config. Without patterns, every ID is allowed. */
const compareAllowed: Comparison<readonly string[]> = (before, after) => {
  if (before === undefined) return undefined;
  if (after === undefined) return 'it was removed; expected it as in the running config';
  const added = after.filter((pattern) => !before.some((running) => covers(running, pattern)));
  if (added.length === 0) return undefined;
  return `it allows SPIFFE IDs that the running config rejects (${added.length})`;
};

function covers(running: string, pattern: string): boolean {
  return running === pattern || matches(running, pattern);
}

const strictness: Strictness<SpiffeAdapterOptions> = {
  // It is the issuer, which the loader compares.
  trustDomain: anyValue,
  bundle: compareBundles,
  audience: subset<string>([]),
  allow: compareAllowed,
  algorithms: subset<string>(SVID_ALGORITHMS),
  http: members(httpStrictness),
};

/** `use: spiffe` in a config file. */
export const adapter: AuthenticatorAdapter<SpiffeAdapterOptions> = defineAdapter({
  name: 'spiffe',
  schema,
  strictness,
  create(options, context) {
    return createSpiffeAuthenticator({
      ...options,
      ...(context.claims === undefined ? undefined : { claims: context.claims }),
      name: context.name,
      report: (event) => context.report(event),
    });
  },
});
