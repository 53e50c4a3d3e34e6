import type { Authenticator } from '../contract/authenticator.ts';
import { checkClock, type Clock } from '../contract/clock.ts';
import {
  type BearerFormat,
  type BearerSettings,
  checkMetadataKey,
  readBearerFormat,
} from '../credentials/bearer.ts';
import { checkFunction, checkOptionNames } from '../errors/option-checks.ts';
import {
  type GateLimits,
  type LimitOptions,
  readLimits,
  readTimeout,
} from '../gate/gate-limits.ts';
import type { Policy } from '../policy/checked-policy.ts';
import { RefusalTable } from '../refusal/refusal-table.ts';
import type { StatusOverrides } from '../refusal/status-overrides.ts';
import type { Decision } from './decision.ts';
import { readStreamOptions, type StreamOptions, type StreamSettings } from './lifetime.ts';

/** Where a guard finds the bearer token. */
export interface HeaderOptions extends BearerFormat {
  /** Lower case; default 'authorization'. */
  readonly header?: string;
}

/** The options of every binding, with the same defaults. */
export interface BindingOptions {
  /** Verifies the credentials. */
  readonly authenticator: Authenticator<object>;
  /** Who may call what. Default: every method needs a verified caller. */
  readonly policy?: Policy;
  readonly credentials?: HeaderOptions;
  /** Other statuses (and messages) than the default ones, by error code. */
  readonly statuses?: StatusOverrides;
  /**
   * Milliseconds a decision may take, 1 to 600,000; default 10,000. A caller's deadline shortens it: a
   * decision ends min(250 ms, a tenth of the remaining time) before the deadline.
   */
  readonly timeoutMs?: number;
  /** When a streaming call ends after its token has expired. */
  readonly streams?: StreamOptions;
  /** How many calls may wait for an authentication. */
  readonly limits?: LimitOptions;
  /** Called for each decision, never for a public method. What it throws is ignored. */
  readonly onDecision?: (decision: Decision) => void;
  readonly clock?: Clock;
}

/** The options of a guard, and of a binding that creates one. */
export const BINDING_OPTION_NAMES: readonly (keyof BindingOptions)[] = [
  'authenticator',
  'policy',
  'credentials',
  'statuses',
  'timeoutMs',
  'streams',
  'limits',
  'onDecision',
  'clock',
];

/** All options of createAuthInterceptor(). */
export const INTERCEPTOR_OPTION_NAMES: readonly string[] = [
  ...BINDING_OPTION_NAMES,
  'propagation',
  'forwardToken',
];

/** The options, checked and copied once: what the caller changes later changes nothing. */
export interface GuardSettings {
  readonly authenticator: Authenticator<object>;
  readonly policy: Policy | undefined;
  readonly header: string;
  readonly bearer: BearerSettings;
  readonly refusals: RefusalTable;
  readonly timeoutMs: number;
  readonly streams: StreamSettings;
  readonly limits: GateLimits;
  readonly onDecision: ((decision: Decision) => void) | undefined;
  readonly clock: Clock;
}

/** @throws ConfigError for a wrong option. */
export function readGuardOptions(options: BindingOptions): GuardSettings {
  checkOptionNames('createCallGuard', options, BINDING_OPTION_NAMES);
  const { authenticator, policy, credentials = {}, onDecision, timeoutMs } = options;
  checkOptionNames('credentials', credentials, ['header', 'maxTokenBytes', 'bare']);
  const { header = 'authorization' } = credentials;
  checkFunction('onDecision', onDecision);
  return Object.freeze({
    authenticator,
    policy,
    header: checkMetadataKey('credentials.header', header),
    bearer: readBearerFormat(credentials),
    refusals: new RefusalTable(options.statuses),
    timeoutMs: readTimeout(timeoutMs),
    streams: readStreamOptions(options.streams),
    limits: readLimits(options.limits),
    onDecision,
    clock: checkClock(options.clock),
  });
}
