import {
  atMost,
  members,
  type MemberSchemas,
  numberIn,
  section,
  type Strictness,
} from '@grpc-authn/config/adapter';
import { type HttpFileOptions, httpSchema, httpStrictness } from '@grpc-authn/provider/adapter';
import { type JwksOptions, SECONDS } from '../jwks-options.ts';

/** What a file can set about how keys are fetched and cached. */
export type JwksFileOptions = Omit<JwksOptions, 'http' | 'report'> & {
  readonly http?: HttpFileOptions;
};

export const jwksSchema: MemberSchemas<JwksFileOptions> = {
  http: section(httpSchema, 'Requests to the provider.').exactOptional(),
  maxAgeSeconds: numberIn(
    SECONDS.maxAgeSeconds,
    'Seconds after which keys are refreshed when Cache-Control gives no age.',
  ).exactOptional(),
  staleIfErrorSeconds: numberIn(
    SECONDS.staleIfErrorSeconds,
    'Seconds for which the last good keys stay in use while the provider is down.',
  ).exactOptional(),
};

/** Both delay the moment from which a key that the provider has withdrawn is refused. */
export const jwksStrictness: Strictness<JwksFileOptions> = {
  http: members(httpStrictness),
  maxAgeSeconds: atMost(SECONDS.maxAgeSeconds.default),
  staleIfErrorSeconds: atMost(SECONDS.staleIfErrorSeconds.default),
};
