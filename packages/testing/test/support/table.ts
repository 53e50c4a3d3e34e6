import { randomUUID } from 'node:crypto';
import {
  AuthError,
  type Authenticator,
  createPrincipal,
  type PrincipalInit,
  type Verdict,
} from '@grpc-authn/core/authenticator';
import type { AuthenticatorSubject, Capability, SubjectInstance } from '../../src/index.ts';

/** The accounts of the simplest authenticator there is, and what can happen to it. */
export class Table {
  readonly tokens = new Set<string>();
  down = false;
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

/** A table of tokens, of which a sample replaces what it breaks. */
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
        // Properties of the sample's may be getters.
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

/** Lets promises go on, as a look-up elsewhere would. */
export function later(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
