import { type HttpFileOptions, httpShape } from '@grpc-authn/provider';
import { numberIn, section, type Shape } from '@grpc-authn/jwt/internal';
import { type JwksOptions, SECONDS } from './jwks-options.ts';

/** What a file can say of how keys are fetched and kept. */
export type JwksFileOptions = Omit<JwksOptions, 'http' | 'report'> & {
  readonly http?: HttpFileOptions;
};

export const jwksShape: Shape<JwksFileOptions> = {
  http: section(httpShape, 'How the provider is asked.').exactOptional(),
  maxAgeSeconds: numberIn(
    SECONDS.maxAgeSeconds,
    'Seconds that keys count as current where Cache-Control does not say.',
  ).exactOptional(),
  staleIfErrorSeconds: numberIn(
    SECONDS.staleIfErrorSeconds,
    'Seconds that the last good keys serve on while the provider is down.',
  ).exactOptional(),
};
