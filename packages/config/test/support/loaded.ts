import { setImmediate } from 'node:timers/promises';
import { AuthError, type AuthEvent, ConfigError } from '@grpc-authn/core';
import { createFakeClock } from '@grpc-authn/testing';
import { onTestFinished } from 'vitest';
import { loadAuth, type LoadedAuth } from '../../src/index.ts';
import { createTableAdapter, type TableAdapter } from './table-adapter.ts';

type Options = Parameters<typeof loadAuth>[0];

export interface LoadedSubject {
  readonly auth: LoadedAuth<object>;
  readonly table: TableAdapter;
  readonly clock: LookingClock;
  readonly events: readonly AuthEvent[];
  /** The subject of the token, or code/reason. */
  readonly ask: (token: string) => Promise<string>;
}

/** Closed after the test. Its tables are `use: table`. */
export async function load(
  source: { readonly file: string } | { readonly config: unknown },
  options: Partial<Omit<Options, 'file' | 'config'>> = {},
): Promise<LoadedSubject> {
  const table = createTableAdapter();
  const clock = createLookingClock();
  const events: AuthEvent[] = [];
  const auth: LoadedAuth<object> = await loadAuth({
    ...source,
    adapters: [table.adapter],
    clock,
    report: (event) => events.push(event),
    ...options,
  });
  onTestFinished(() => auth.close());
  return { auth, table, clock, events, ask: (token) => askOf(auth, token) };
}

const LOOK_MS = 1000;

/** A fake clock that knows whether the watch waits for its next look, which shows that the last look has ended. */
export function createLookingClock(): LookingClock {
  const fake = createFakeClock(Date.now());
  const waiting = new Set<symbol>();
  return {
    ...fake,
    setTimer(ms, fire) {
      if (ms !== LOOK_MS) return fake.setTimer(ms, fire);
      const look = Symbol('a look');
      waiting.add(look);
      const end = (): boolean => waiting.delete(look);
      const cancel = fake.setTimer(ms, () => {
        end();
        fire();
      });
      return () => {
        end();
        cancel();
      };
    },
    async looked() {
      for (let turn = 0; waiting.size === 0 && turn < 500_000; turn += 1) await setImmediate();
    },
  };
}

type LookingClock = ReturnType<typeof createFakeClock> & { looked(): Promise<void> };

export async function askOf({ authenticator }: LoadedAuth<object>, token: string): Promise<string> {
  const context = { method: '/x/y', signal: new AbortController().signal };
  const verdict = await authenticator.authenticate({ scheme: 'bearer', token }, context);
  return AuthError.is(verdict) ? `${verdict.code}/${verdict.reason}` : String(verdict.subject);
}

/** The message of the ConfigError; fails if there is none. */
export async function messageOf(loading: Promise<unknown>): Promise<string> {
  const error: unknown = await loading.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof ConfigError) return error.message;
  throw new Error('expected a ConfigError', { cause: error });
}
