import type { AuthError } from '../errors/auth-error.ts';
import { MESSAGES } from '../errors/reasons.ts';
import { wireReasonOf } from '../errors/wire-reason.ts';
import { challengeFor } from './challenge.ts';
import type { Refusal } from './refusal.ts';
import { encodeStatusDetails } from './status-details.ts';
import {
  checkOverrides,
  DEFAULT_STATUSES,
  StatusCode,
  type StatusOverrides,
} from './status-overrides.ts';

/** Sent with an outage that does not say when to come back. */
const DEFAULT_RETRY_MS = 1000;
/** A client's retry policy waits for no longer than this; beyond it the application decides. */
const MAX_PUSHBACK_MS = 5000;

export interface RefusalSituation {
  readonly stage: 'admission' | 'running';
  readonly deadlineEpochMs: number | undefined;
  readonly nowMs: () => number;
}

/** Describes refusals with the statuses of one server. What is the same for every call is made once. */
export class RefusalTable {
  readonly #overrides: StatusOverrides;
  readonly #made = new Map<string, Refusal>();

  /** @throws ConfigError */
  constructor(overrides: StatusOverrides = {}) {
    this.#overrides = checkOverrides(overrides);
  }

  describe(error: AuthError, situation: RefusalSituation): Refusal {
    if (error.code === 'unavailable') return this.#make(error, situation);
    const key = [error.code, wireReasonOf(error), situation.stage, ...scopesOf(error)].join(' ');
    let refusal = this.#made.get(key);
    if (refusal === undefined) {
      refusal = Object.freeze(this.#make(error, situation));
      // The scopes are those of the policy's rules, so there are few; an application may make more.
      if (this.#made.size < MAX_MADE) this.#made.set(key, refusal);
    }
    return refusal;
  }

  /** The status of a refusal. */
  statusCodeOf(error: AuthError): number {
    const override = this.#overrides[error.code];
    return typeof override === 'object'
      ? override.code
      : (override ?? DEFAULT_STATUSES[error.code]);
  }

  #make(error: AuthError, situation: RefusalSituation): Refusal {
    const { stage } = situation;
    const override = this.#overrides[error.code];
    const statusCode = this.statusCodeOf(error);
    const message = typeof override === 'object' ? override.message : MESSAGES[error.code];
    const reason = wireReasonOf(error);
    const retryAfterMs =
      error.code === 'unavailable' ? (error.retryAfterMs ?? DEFAULT_RETRY_MS) : undefined;
    return {
      statusCode,
      message,
      reason,
      stage,
      challenge: reason && challengeFor(reason, scopesOf(error)),
      retryAfterMs,
      retryPushbackMs:
        retryAfterMs !== undefined && statusCode === StatusCode.UNAVAILABLE
          ? pushbackOf(retryAfterMs, situation)
          : undefined,
      details: encodeStatusDetails({ code: statusCode, message }, reason, stage, retryAfterMs),
    };
  }
}

const MAX_MADE = 1000;

/** An AuthError of another version of this package may have none. */
function scopesOf({ requiredScopes }: Partial<AuthError>): readonly string[] {
  return requiredScopes ?? [];
}

function pushbackOf(
  retryAfterMs: number,
  { deadlineEpochMs = Number.POSITIVE_INFINITY, nowMs }: RefusalSituation,
): number {
  const delayMs = Math.ceil(retryAfterMs);
  if (delayMs > MAX_PUSHBACK_MS) return -1;
  if (deadlineEpochMs === Number.POSITIVE_INFINITY) return delayMs;
  // With a delay past the deadline grpc-js would report DEADLINE_EXCEEDED instead of UNAVAILABLE.
  return nowMs() + delayMs < deadlineEpochMs ? delayMs : -1;
}
