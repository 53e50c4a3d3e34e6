import type { AuthEvent } from '@grpc-authn/core/authenticator';
import { checkFunction, checkNumber, wrongOption } from '@grpc-authn/core/internal';
import { type HttpOptions, type HttpSettings, readHttpOptions } from '@grpc-authn/provider';

/** How keys are fetched and cached. */
export interface JwksOptions {
  readonly http?: HttpOptions;
  /** Seconds for which a set is current if Cache-Control gives no age, 60 to 3600. Default 600. */
  readonly maxAgeSeconds?: number;
  /** Seconds for which the last good set is still used during an outage, 0 to 86,400. Default 3600. */
  readonly staleIfErrorSeconds?: number;
  /** Called for refreshes, discarded keys, outages and recoveries. Its errors are ignored. */
  readonly report?: (event: AuthEvent) => void;
}

export interface JwksSettings {
  readonly http: HttpSettings;
  readonly maxAgeMs: number;
  readonly staleIfErrorMs: number;
  readonly report: ((event: AuthEvent) => void) | undefined;
}

export const JWKS_OPTION_NAMES: readonly string[] = Object.freeze([
  'http',
  'maxAgeSeconds',
  'staleIfErrorSeconds',
  'report',
]);

interface SecondsRange {
  readonly default: number;
  readonly min: number;
  readonly max: number;
}

/** Ranges in seconds; both ends are allowed. */
export const SECONDS: Readonly<Record<'maxAgeSeconds' | 'staleIfErrorSeconds', SecondsRange>> = {
  maxAgeSeconds: { default: 600, min: 60, max: 3600 },
  staleIfErrorSeconds: { default: 3600, min: 0, max: 86_400 },
};

export function readJwksOptions(options: JwksOptions): JwksSettings {
  checkFunction('report', options.report);
  const seconds = (name: keyof typeof SECONDS): number =>
    checkNumber(name, options[name], SECONDS[name]) * 1000;
  return {
    http: readHttpOptions(options.http),
    maxAgeMs: seconds('maxAgeSeconds'),
    staleIfErrorMs: seconds('staleIfErrorSeconds'),
    report: options.report,
  };
}

/** @throws ConfigError for a symmetric algorithm: a key set is public. */
export function checkAsymmetric(algorithms: readonly string[]): void {
  const symmetric = algorithms.find((name) => name.startsWith('HS'));
  if (symmetric === undefined) return;
  throw wrongOption(
    'algorithms',
    symmetric,
    'asymmetric algorithms, because a key set is public (use @grpc-authn/hs256 for a shared secret)',
  );
}
