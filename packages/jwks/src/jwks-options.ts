import type { AuthEvent } from '@grpc-authn/core/authenticator';
import { ConfigError } from '@grpc-authn/core/authenticator';
import { checkFunction, checkNumber } from '@grpc-authn/core/internal';
import { type HttpOptions, type HttpSettings, readHttpOptions } from '@grpc-authn/provider';

/** How keys are fetched and kept. */
export interface JwksOptions {
  readonly http?: HttpOptions;
  /** Seconds a set counts as current where Cache-Control does not say, 60 to 3600; 600 unless said. */
  readonly maxAgeSeconds?: number;
  /** Seconds the last good set serves on while the provider is down, 0 to 86,400; 3600 unless said. */
  readonly staleIfErrorSeconds?: number;
  /** Called for refreshes, discarded keys and outages. What it throws is dropped. */
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

/** Both ends are allowed. */
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

/** @throws ConfigError for an algorithm whose key is a secret: a key set is public. */
export function checkAsymmetric(algorithms: readonly string[]): void {
  const symmetric = algorithms.find((name) => name.startsWith('HS'));
  if (symmetric === undefined) return;
  throw new ConfigError(
    `option "algorithms": came ${symmetric}; wanted asymmetric ones, since a key set is public ` +
      '(a shared secret goes to @grpc-authn/hs256)',
  );
}
