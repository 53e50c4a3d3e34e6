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
import { authenticated } from '@grpc-authn/core/authenticator';
import { checkAuthenticator, checkPolicy, leavesOf } from '@grpc-authn/core/internal';
import type { BuiltAuth } from '../assemble/build-auth.ts';
import type { ConfigSource } from '../source/config-source.ts';
import type { EventHub } from './event-hub.ts';
import type { PendingCount } from './pending-count.ts';

/** Longer than any authentication may take; a call that never got so far holds nothing up. */
const LONGEST_WAIT_MS = 660_000;

/** Without a policy every method needs a verified caller. */
const ANY_CALLER: Policy = Object.freeze({
  ruleFor: () => authenticated(),
  table: () => [{ method: '*', rule: authenticated().description, source: 'otherwise' as const }],
});

/** What one reading of the config made. A call is decided by the generation in which it began. */
export class Generation {
  readonly source: ConfigSource;
  readonly root: Authenticator<object>;
  readonly schemes: readonly string[];
  readonly policy: Policy;
  readonly ownPolicy: Policy | undefined;
  readonly #built: BuiltAuth;
  readonly #pending: PendingCount;
  readonly #hub: EventHub;
  #stopListening: (() => void) | undefined;

  /** @throws ConfigError if the policy does not fit the authenticator. */
  constructor(source: ConfigSource, built: BuiltAuth, hub: EventHub) {
    this.source = source;
    this.#built = built;
    this.#pending = built.pending;
    this.#hub = hub;
    this.root = built.root;
    this.schemes = [...checkAuthenticator(built.root)];
    this.ownPolicy = checkPolicy(built.policy, built.root);
    this.policy = built.policy ?? ANY_CALLER;
  }

  authenticate(
    credentials: Credentials,
    context: AuthenticationContext,
  ): Verdict<object> | Promise<Verdict<object>> {
    return this.#pending.track(() => this.root.authenticate(credentials, context));
  }

  ready(signal: AbortSignal): Promise<void> {
    return this.#built.ready(signal);
  }

  /** From now on its events are everybody's. */
  start(): void {
    this.#stopListening = this.#built.root.subscribe?.((event) => this.#hub.emit(event));
  }

  /**
   * Another has taken its place: ends the streams whose issuer is gone, and closes once the last
   * authentication is decided. Its other streams go on.
   */
  async retire(next: Generation, clock: Clock): Promise<void> {
    const gone = next.#revocationOfOthers();
    this.#hub.emit(gone);
    await new Promise<void>((resolve) => {
      const cancel = clock.setTimer(LONGEST_WAIT_MS, resolve);
      this.#pending.whenIdle(() => {
        cancel();
        resolve();
      });
    });
    // Those that were decided meanwhile, by what is gone.
    this.#hub.emit(gone);
    await this.close();
  }

  async close(): Promise<void> {
    this.#stopListening?.();
    await this.#built.close();
  }

  /** Ends the calls of callers for whom nobody here answers. */
  #revocationOfOthers(): Extract<AuthenticatorEvent, { type: 'revoked' }> {
    const leaves = [...leavesOf([this.root])];
    const issuers = new Set(leaves.flatMap((leaf) => leaf.issuers ?? []));
    // One that does not name its issuers answers for its own name.
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
