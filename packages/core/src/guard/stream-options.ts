import { checkNumber, checkOneOf, checkOptionNames } from '../errors/option-checks.ts';

/** When a streaming call ends after its token has expired. */
export interface StreamOptions {
  /** Default 'end': a stream does not outlive its token. */
  readonly atExpiry?: 'end' | 'ignore';
  /** Seconds after the expiry, 0 to 3600; default 5. */
  readonly graceSeconds?: number;
  /** Longest random extra delay in seconds, so that streams end at different times, 0 to 3600; default 0. */
  readonly jitterSeconds?: number;
  /** Seconds a stream may last if the token has no expiry, 1 to 86,400; default 3600. */
  readonly maxSeconds?: number;
}

export interface StreamSettings {
  readonly endAtExpiry: boolean;
  readonly graceMs: number;
  readonly jitterMs: number;
  readonly maxMs: number;
}

export function readStreamOptions(options: StreamOptions = {}): StreamSettings {
  checkOptionNames('streams', options, ['atExpiry', 'graceSeconds', 'jitterSeconds', 'maxSeconds']);
  checkOneOf('streams.atExpiry', options.atExpiry, ['end', 'ignore']);
  const seconds = (
    name: 'graceSeconds' | 'jitterSeconds' | 'maxSeconds',
    range: { readonly default: number; readonly min: number; readonly max: number },
  ): number => checkNumber(`streams.${name}`, options[name], range) * 1000;
  return {
    endAtExpiry: options.atExpiry !== 'ignore',
    graceMs: seconds('graceSeconds', { default: 5, min: 0, max: 3600 }),
    jitterMs: seconds('jitterSeconds', { default: 0, min: 0, max: 3600 }),
    maxMs: seconds('maxSeconds', { default: 3600, min: 1, max: 86_400 }),
  };
}
