import type {
  AuthenticationContext,
  Authenticator,
  Credentials,
} from '../contract/authenticator.ts';
import { type Clock, systemClock } from '../contract/clock.ts';
import { isPrincipal, type Principal } from '../contract/principal.ts';
import { isThenable } from '../contract/thenable.ts';
import { AuthError } from '../errors/auth-error.ts';
import { checkNumber, checkOptionNames } from '../errors/option-checks.ts';
import { Attempt } from './attempt.ts';
import { checkAuthenticator } from '../contract/check-authenticator.ts';
import { PendingLimit } from './pending-limit.ts';
import { waitFor } from './wait.ts';

export interface GateOptions {
  readonly authenticator: Authenticator<object>;
  /** Milliseconds an authenticator may take, 1 to 600,000; 10,000 unless said. */
  readonly timeoutMs?: number;
}

export type Decided = Principal<object> | AuthError | undefined;

/**
 * Decides calls without knowing any transport. Total: whatever the authenticator does, the answer is
 * a principal, an AuthError or undefined (an anonymous caller who may pass), and a promise given back
 * never rejects.
 */
export class Gate {
  readonly #authenticator: Authenticator<object>;
  readonly #schemes: ReadonlySet<string>;
  readonly #timeoutMs: number;
  readonly #clock: Clock;
  readonly #pending = new PendingLimit();

  constructor(options: GateOptions, clock: Clock = systemClock) {
    this.#authenticator = options.authenticator;
    this.#schemes = checkAuthenticator(options.authenticator);
    this.#timeoutMs = checkNumber('timeoutMs', options.timeoutMs, {
      default: 10_000,
      min: 1,
      max: 600_000,
    });
    this.#clock = clock;
  }

  decide(
    credentials: Credentials | undefined,
    transport: AuthenticationContext,
  ): Decided | Promise<Decided> {
    if (credentials === undefined) return new AuthError('missing_credentials', 'absent');
    if (!this.#schemes.has(credentials.scheme)) {
      return new AuthError('missing_credentials', 'other_scheme');
    }
    const attempt = new Attempt(transport);
    try {
      const verdict = this.#authenticator.authenticate(credentials, attempt);
      if (isThenable(verdict)) return this.#wait(verdict, attempt);
      attempt.release();
      return conclude(verdict);
    } catch (thrown) {
      attempt.release();
      return faultOf(thrown);
    }
  }

  #wait(promised: PromiseLike<unknown>, attempt: Attempt): Decided | Promise<Decided> {
    const peer = attempt.peer.address;
    if (!this.#pending.enter(peer)) {
      // It was asked already: it is told to stop, and what it answers is dropped.
      promised.then(ignore, ignore);
      attempt.abort(new Error('too many authentications are under way'));
      return new AuthError('unavailable', 'overloaded', { retryAfterMs: 1000 });
    }
    const limit = {
      clock: this.#clock,
      timeoutMs: this.#timeoutMs,
      onSettled: () => this.#pending.leave(peer),
    };
    return waitFor(promised, attempt, limit, conclude, faultOf);
  }
}

/**
 * The whole decision, without a transport: a verified principal, a refusal, or undefined for a caller
 * who may stay anonymous. A promise that comes back never rejects.
 *
 * @throws ConfigError for a wrong option.
 * @example
 * const gate = createGate({ authenticator });
 * const decided = await gate({ scheme: 'bearer', token }, { method: '/orders.v1.Orders/Get', signal });
 */
export function createGate(
  options: GateOptions,
): (
  credentials: Credentials | undefined,
  context: AuthenticationContext,
) => Decided | Promise<Decided> {
  checkOptionNames('createGate', options, ['authenticator', 'timeoutMs']);
  const gate = new Gate(options);
  return (credentials, context) => gate.decide(credentials ?? undefined, context);
}

/** Only what `createPrincipal` made and an AuthError are answers; all else is a bug, and a refusal. */
function conclude(answer: unknown): Decided {
  if (isPrincipal(answer)) {
    // No proof of possession is checked yet, and a bound token without its proof may be stolen.
    const bound = answer.confirmation !== undefined || Object.hasOwn(answer.claims, 'cnf');
    return bound ? new AuthError('invalid_token', 'binding') : answer;
  }
  return AuthError.is(answer) ? answer : new AuthError('internal', 'bug');
}

function faultOf(thrown: unknown): AuthError {
  return AuthError.is(thrown) ? thrown : new AuthError('internal', 'bug', { cause: thrown });
}

function ignore(): void {}
