import type {
  AuthenticationContext,
  Authenticator,
  AuthenticatorEvent,
  Clock,
  Credentials,
  Policy,
  Principal,
  Verdict,
} from '@grpc-authn/core/authenticator';
import {
  anyCallerPolicy,
  checkAuthenticator,
  leavesOf,
  type Listeners,
} from '@grpc-authn/core/internal';
import type { BuiltAuth } from '../assemble/build-auth.ts';
import type { Participants } from '../assemble/described-authenticator.ts';
import type { GuardSettings } from '../assemble/guard-settings.ts';
import type { ConfigSource } from '../source/config-source.ts';

/** Longer than any authentication may take. */
const MAX_WAIT_MS = 660_000;

/**
 * What was built from one reading of the config. A call is decided by the generation that was current when
 * the call began.
 */
export class Generation {
  readonly source: ConfigSource;
  readonly root: Authenticator<object>;
  readonly schemes: readonly string[];
  readonly policy: Policy;
  readonly ownPolicy: Policy | undefined;
  readonly guard: GuardSettings;
  readonly participants: Participants;
  readonly warnings: readonly string[];
  readonly #built: BuiltAuth;
  readonly #listeners: Listeners<AuthenticatorEvent>;
  #stopListening: (() => void) | undefined;
  #closed: Promise<void> | undefined;

  /** `listeners` receive the events of every generation. */
  constructor(source: ConfigSource, built: BuiltAuth, listeners: Listeners<AuthenticatorEvent>) {
    this.source = source;
    this.root = built.root;
    this.schemes = [...checkAuthenticator(built.root)];
    this.policy = built.policy ?? anyCallerPolicy();
    this.ownPolicy = built.policy;
    this.guard = built.guard;
    this.participants = built.participants;
    this.warnings = built.warnings;
    this.#built = built;
    this.#listeners = listeners;
  }

  authenticate(
    credentials: Credentials,
    context: AuthenticationContext,
  ): Verdict<object> | Promise<Verdict<object>> {
    return this.#built.pending.track(() => this.root.authenticate(credentials, context));
  }

  ready(signal: AbortSignal): Promise<void> {
    return this.#built.ready(signal);
  }

  /** From now on, its events are passed on. */
  start(): void {
    this.#stopListening = this.#built.root.subscribe?.((event) => this.#listeners.emit(event));
  }

  /**
   * The next generation has replaced this one: ends the open calls whose issuer is not in the next one, and
   * closes the authenticators after the last pending authentication. Other open calls continue.
   */
  async retire(next: Generation, clock: Clock): Promise<void> {
    const gone = next.#revocationOfOthers();
    this.#listeners.emit(gone);
    await new Promise<void>((resolve) => {
      const cancel = clock.setTimer(MAX_WAIT_MS, resolve);
      this.#built.pending.whenIdle(() => {
        cancel();
        resolve();
      });
    });
    // Again for the calls that this generation accepted in the meantime.
    this.#listeners.emit(gone);
    await this.close();
  }

  close(): Promise<void> {
    this.#stopListening?.();
    this.#closed ??= this.#built.close();
    return this.#closed;
  }

  /** Revokes the principals whose issuer is not known to this generation. */
  #revocationOfOthers(): Extract<AuthenticatorEvent, { type: 'revoked' }> {
    const leaves = [...leavesOf([this.root])];
    const issuers = new Set(leaves.flatMap((leaf) => leaf.issuers ?? []));
    // An authenticator that does not declare its issuers is identified by its name.
    const names = new Set(
      leaves.filter(({ issuers: known = [] }) => known.length === 0).map(({ name }) => name),
    );
    return {
      type: 'revoked',
      matches: ({ issuer, authenticator }: Principal<object>) =>
        !(issuer !== undefined && issuers.has(issuer)) && !names.has(authenticator),
    };
  }
}
