/** The source of time, so that tests need not sleep. The Clock of @grpc-authn/core. */
export interface Clock {
  /** Milliseconds since the epoch. */
  nowMs(): number;
  /** Calls `fire` once, after at least `ms`. Returns a function that cancels. */
  setTimer(ms: number, fire: () => void): () => void;
}

export interface RenewalEvent {
  /**
   * Sources of `/node` also report a proxy in use, once for each proxy and origin, and a provider that accepts
   * client_secret_basic only as it is, not percent-encoded, once. The list may grow in a minor version.
   */
  readonly type: 'renewed' | 'renewal_failed' | 'proxy_used' | 'client_secret_plain';
  readonly error?: unknown;
  /** `proxy` and `origin` of a proxy in use; `clientId` of a plain secret. */
  readonly detail?: Readonly<Record<string, string>>;
}

export interface RenewalOptions {
  /** How long before its expiry a token is renewed, and at most a third of its lifetime. Default 60. */
  readonly renewAheadSeconds?: number;
  /** How long a token without an expiry is used. Default 300. */
  readonly maxAgeSeconds?: number;
  readonly clock?: Clock;
  /** Its errors are ignored. */
  readonly report?: (event: RenewalEvent) => void;
}

export interface RenewalSettings {
  readonly renewAheadMs: number;
  readonly maxAgeMs: number;
  readonly clock: Clock;
  readonly report: ((event: RenewalEvent) => void) | undefined;
}

const MAX_SECONDS = 86_400;

const systemClock: Clock = {
  nowMs: () => Date.now(),
  setTimer(ms, fire) {
    const timer: unknown = setTimeout(fire, ms);
    // In Node.js a timer would keep the process alive; in a browser it is a number.
    if (typeof timer === 'object') (timer as { unref?(): void }).unref?.();
    return () => clearTimeout(timer as number);
  },
};

/** @throws TypeError */
export function readRenewalOptions(options: RenewalOptions): RenewalSettings {
  return {
    renewAheadMs: 1000 * checkSeconds('renewAheadSeconds', options.renewAheadSeconds ?? 60, 0),
    maxAgeMs: 1000 * checkSeconds('maxAgeSeconds', options.maxAgeSeconds ?? 300, 10),
    clock: options.clock ?? systemClock,
    report: options.report,
  };
}

function checkSeconds(option: string, seconds: unknown, least: number): number {
  if (typeof seconds === 'number' && seconds >= least && seconds <= MAX_SECONDS) return seconds;
  const received = typeof seconds === 'number' ? `${seconds}` : typeof seconds;
  throw new TypeError(
    `${option}: expected seconds from ${least} to ${MAX_SECONDS}, received ${received}`,
  );
}
