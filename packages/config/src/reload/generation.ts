import {
  authenticated,
  type AuthenticatorEvent,
  type Clock,
  createAuthInterceptor,
  type AuthInterceptorOptions,
  type Policy,
  type Principal,
} from '@grpc-authn/core';
import type { ManagedAuthenticator } from '@grpc-authn/core/authenticator';
import { leavesOf } from '@grpc-authn/core/internal';
import type { ServerInterceptor } from '@grpc/grpc-js';
import type { BuiltAuth } from '../assemble/build-auth.ts';
import type { ConfigSource } from '../source/config-source.ts';
import { CallCount } from './call-count.ts';
import type { EventHub } from './event-hub.ts';
import { StandingRoot } from './standing-root.ts';

/** Longer than any authentication may take; a call that never got so far holds nothing up. */
const LONGEST_WAIT_MS = 660_000;

/** Without a policy every method needs a verified caller. */
const ANY_CALLER: Policy = Object.freeze({
  ruleFor: () => authenticated(),
  table: () => [{ method: '*', rule: authenticated().description, source: 'otherwise' as const }],
});

/** What one reading of the config made. A call belongs to the generation that it began in. */
export class Generation {
  readonly source: ConfigSource;
  readonly root: StandingRoot;
  readonly policy: Policy;
  readonly ownPolicy: Policy | undefined;
  readonly interceptor: ServerInterceptor;
  readonly #built: BuiltAuth;
  readonly #calls = new CallCount();
  readonly #hub: EventHub;
  #stopListening: (() => void) | undefined;

  /** @throws ConfigError where the policy does not fit the authenticator. */
  constructor(
    source: ConfigSource,
    built: BuiltAuth,
    lasting: ManagedAuthenticator<object>,
    hub: EventHub,
    options: Omit<AuthInterceptorOptions, 'authenticator' | 'policy'>,
  ) {
    this.source = source;
    this.#built = built;
    this.#hub = hub;
    this.ownPolicy = built.policy;
    this.policy = built.policy ?? ANY_CALLER;
    this.root = new StandingRoot(built.root, lasting, { calls: this.#calls, hub });
    this.interceptor = createAuthInterceptor({
      ...options,
      authenticator: this.root,
      ...(built.policy === undefined ? undefined : { policy: built.policy }),
    });
  }

  get calls(): CallCount {
    return this.#calls;
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
      this.#calls.whenDecided(() => {
        cancel();
        resolve();
      });
    });
    // Those that were decided meanwhile, by what is gone.
    this.#hub.emit(gone);
    this.#calls.whenEnded(() => this.root.unsubscribeAll());
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
