import { randomUUID } from 'node:crypto';
import {
  AuthError,
  type Authenticator,
  createPrincipal,
  type PrincipalInit,
  type Verdict,
} from '@grpc-authn/core/authenticator';
import type {
  AuthenticatorSubject,
  Capability,
  OutageKind,
  SubjectInstance,
} from '../../src/index.ts';

/** The accounts and the state of the simplest authenticator. */
export class Table {
  readonly tokens = new Set<string>();
  outage: OutageKind | undefined;
  closed = false;

  add(): string {
    const token = `good-canary-${randomUUID()}`;
    this.tokens.add(token);
    return token;
  }

  verify(token: string, init: Partial<PrincipalInit> = {}): Verdict {
    return this.tokens.has(token) ? principalOf(init) : REFUSED();
  }
}

export const REFUSED = (): AuthError => new AuthError('invalid_token', 'inactive');
export const UNAVAILABLE = (): AuthError => new AuthError('unavailable', 'provider');

export function principalOf(init: Partial<PrincipalInit> = {}): Verdict {
  return createPrincipal({ authenticator: 'table', subject: 'alice', ...init });
}

type Parts = Partial<Omit<SubjectInstance, 'authenticator'>> & {
  readonly authenticator?: Partial<Authenticator> & object;
};
export type Build = (table: Table) => Parts;

/** A correct authenticator over a table of tokens. A sample replaces the part that it breaks. */
export function tableSubject(
  capabilities: readonly Capability[] = [],
  build: Build = () => ({}),
): AuthenticatorSubject {
  return {
    name: 'table',
    capabilities,
    async create() {
      const table = new Table();
      const { authenticator, ...rest } = build(table);
      const usual: Authenticator = { name: 'table', authenticate: (c) => table.verify(c.token) };
      return {
        // The sample's properties may be getters.
        authenticator: Object.defineProperties(
          usual,
          Object.getOwnPropertyDescriptors(authenticator ?? {}),
        ),
        good: async () => table.add(),
        bad: async () => [`bad-canary-${randomUUID()}`, `bad-too-canary-${randomUUID()}`],
        close: async () => undefined,
        ...rest,
      };
    },
  };
}

/** More turns than `eventually` waits for. Both count turns, so they keep step on a slow machine. */
const SLOW_TURNS = 140;
const TURN_MS = 5;

/**
 * A time limit that counts turns, by default more than the kit waits for what needs no provider. Returns a function
 * that cancels. It keeps a timer open until then.
 */
export function afterTurns(fire: () => void, limit: number = SLOW_TURNS): () => void {
  let turns = 0;
  const timer = setInterval(() => {
    turns += 1;
    if (turns < limit) return;
    clearInterval(timer);
    fire();
  }, TURN_MS);
  return () => clearInterval(timer);
}

/** Waits a turn, as for an asynchronous lookup. */
export function later(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
