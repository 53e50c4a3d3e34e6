import { type MemberSchemas, numberIn, section } from '@grpc-authn/config/adapter';
import { type HttpFileOptions, httpSchema } from '@grpc-authn/provider/adapter';
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
