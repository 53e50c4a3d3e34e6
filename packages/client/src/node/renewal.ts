import type { Clock } from '@grpc-authn/core/authenticator';
import { checkClock, checkFunction, checkNumber } from '@grpc-authn/core/internal';
import type { RenewalOptions } from '../renewal-options.ts';

export const RENEWAL_OPTION_NAMES: readonly string[] = [
  'renewAheadSeconds',
  'maxAgeSeconds',
  'clock',
  'report',
];

/** As createTokenSource allows them. */
const RENEW_AHEAD_SECONDS = { default: 60, min: 0, max: 86_400 };
const MAX_AGE_SECONDS = { default: 300, min: 10, max: 86_400 };

export type CheckedRenewal = RenewalOptions & { readonly clock: Clock };

/** @throws ConfigError */
export function readRenewal({ report, ...options }: RenewalOptions): CheckedRenewal {
  checkFunction('report', report);
  return Object.freeze({
    renewAheadSeconds: checkNumber(
      'renewAheadSeconds',
      options.renewAheadSeconds,
      RENEW_AHEAD_SECONDS,
    ),
    maxAgeSeconds: checkNumber('maxAgeSeconds', options.maxAgeSeconds, MAX_AGE_SECONDS),
    clock: checkClock(options.clock),
    ...(report === undefined ? undefined : { report }),
  });
}
