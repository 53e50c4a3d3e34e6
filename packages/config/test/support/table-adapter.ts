import {
  AuthError,
  type AuthenticatorEvent,
  createPrincipal,
  type ManagedAuthenticator,
} from '@grpc-authn/core';
import { type AuthenticatorAdapter, defineAdapter, z } from '../../src/adapter.ts';

/** An authenticator that a config made, as a test sees it. */
export interface Made {
  readonly name: string;
  readonly secret: string | undefined;
  readonly authenticator: ManagedAuthenticator<object>;
  /** The tokens it was asked about. */
  readonly asked: readonly string[];
  readonly closed: () => number;
  readonly emit: (event: AuthenticatorEvent) => void;
}

export interface TableAdapter {
  readonly adapter: AuthenticatorAdapter;
  /** Oldest first. */
  readonly made: readonly Made[];
  /** Until the returned function is called, verdicts and ready() wait. */
  hold(): () => void;
  /** true: its provider is down. An error: what ready() rejects with. */
  down: boolean | Error;
}

const SCHEMA = z.strictObject({
  issuer: z.string().min(1).optional().describe('the issuer of the tokens'),
  tokens: z.record(z.string(), z.string()).describe('subjects by token'),
  scopes: z.array(z.string()).optional(),
  secret: z.string().min(8).optional().meta({ writeOnly: true }),
  size: z.int().min(1).max(10).optional(),
});

/** An adapter with a table of tokens: `{ use: table, tokens: { t1: alice } }`. */
export function createTableAdapter(name = 'table'): TableAdapter {
  const made: Made[] = [];
  let held: Promise<void> | undefined;
  const table: TableAdapter = {
    made,
    down: false,
    hold() {
      let release = (): void => undefined;
      held = new Promise((resolve) => {
        release = resolve;
      });
      return () => {
        held = undefined;
        release();
      };
    },
    adapter: defineAdapter({
      name,
      schema: SCHEMA,
      create({ issuer, tokens, scopes = [], secret }, context) {
        const asked: string[] = [];
        const listeners = new Set<(event: AuthenticatorEvent) => void>();
        let closed = 0;
        const verdictOf = (token: string) => {
          const subject = Object.hasOwn(tokens, token) ? tokens[token] : undefined;
          if (subject === undefined) return new AuthError('invalid_token', 'signature');
          return createPrincipal<object>({
            authenticator: context.name,
            subject,
            scopes,
            ...(issuer === undefined ? {} : { issuer }),
            expiresAtEpochSeconds: 253_402_300_799,
          });
        };
        const authenticator: ManagedAuthenticator<object> = {
          name: context.name,
          schemes: ['bearer'],
          traits: {},
          issuers: issuer === undefined ? [] : [issuer],
          authenticate({ token }) {
            asked.push(token);
            return held === undefined ? verdictOf(token) : held.then(() => verdictOf(token));
          },
          subscribe(listener) {
            listeners.add(listener);
            return () => listeners.delete(listener);
          },
          async ready() {
            await held;
            if (table.down instanceof Error) throw table.down;
            if (table.down) throw new AuthError('unavailable', 'provider');
          },
          async close() {
            closed += 1;
          },
        };
        made.push({
          name: context.name,
          secret,
          authenticator,
          asked,
          closed: () => closed,
          emit: (event) => {
            for (const listener of listeners) listener(event);
          },
        });
        return authenticator;
      },
    }),
  };
  return table;
}
