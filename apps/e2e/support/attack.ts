import assert from 'node:assert/strict';
import { it } from 'node:test';
import { status } from '@grpc/grpc-js';
import {
  type AuthInterceptorOptions,
  bearerFromHeader,
  type Decision,
  explain,
  type Policy,
  toStatus,
} from '@grpc-authn/core';
import {
  PLAIN,
  createTarget,
  type Target,
  type TargetName,
  type TargetOptions,
} from './attack-targets.ts';
import type { CallEnd, EchoClient } from './echo-client.ts';
import type { EchoServer } from './echo-server.ts';
import { withEcho } from './with-echo.ts';

/** A server under attack, on a real port. */
export interface Attacked {
  readonly target: Target;
  readonly server: EchoServer;
  readonly client: EchoClient;
  readonly decisions: readonly Decision[];
  /** Makes a call with this bearer token; without a token for undefined. */
  readonly call: (token: string | undefined) => Promise<CallEnd>;
}

type Options = Partial<Omit<AuthInterceptorOptions, 'onDecision'>> & TargetOptions;

export async function withTarget(
  name: TargetName,
  body: (attacked: Attacked) => Promise<void>,
  { published, algorithms, ...options }: Options = {},
): Promise<void> {
  const target = await createTarget(name, {
    ...(published && { published }),
    ...(algorithms && { algorithms }),
  });
  const decisions: Decision[] = [];
  const onDecision = (decision: Decision): void => void decisions.push(decision);
  const { authenticator } = target;
  try {
    await withEcho({ authenticator, onDecision, ...options }, async ({ server, client }) => {
      const call = (token: string | undefined): Promise<CallEnd> =>
        client.call('unary', token === undefined ? {} : { authorization: `Bearer ${token}` });
      await body({ target, server, client, decisions, call });
    });
  } finally {
    await target.close();
  }
}

/** A token, and where it matters the reason of the check that rejects it. */
type Bad = string | readonly [token: string, reason: string];

export interface Refusals extends Options {
  /** The source of the attack: RFC and section, CVE, advisory. */
  readonly source: string;
  /** Default: UNAUTHENTICATED. */
  readonly expected?: status;
  readonly on: readonly TargetName[];
  readonly good?: (target: Target) => string;
  readonly bad: (target: Target) => Readonly<Record<string, Bad>>;
}

/**
 * Defines a test for each target: the good token is accepted, then each bad one is rejected twice, so that
 * no cache helps it, then the good one is accepted again. No handler runs for a bad one.
 */
export function refuses(attack: Refusals): void {
  const { source, on, bad, ...rest } = attack;
  const {
    expected = status.UNAUTHENTICATED,
    good = (target) => target.issued(),
    ...options
  } = rest;
  for (const name of on) {
    it(`${name}: ${status[expected]} (${source})`, async () => {
      await withTarget(
        name,
        async ({ target, server, decisions, call }) => {
          const goodToken = good(target);
          assert.equal((await call(goodToken)).code, status.OK, 'the good token, before');
          assert.equal(server.seen.handlers, 1);
          const cases = Object.entries(bad(target));
          assert.ok(cases.length > 0);
          const isNot = async (token: string, what: string): Promise<void> => {
            assert.equal((await call(token)).code, expected, what);
          };
          for (const time of ['once', 'again']) {
            // All at once: those with an unknown key wait for the same key fetch.
            const others = cases.filter(
              (given): given is [string, string] => !Array.isArray(given[1]),
            );
            await Promise.all(others.map(([what, token]) => isNot(token, `${what}, ${time}`)));
            for (const [what, given] of cases) {
              if (typeof given === 'string') continue;
              const [token, reason] = given;
              await isNot(token, `${what}, ${time}`);
              if (PLAIN.includes(name)) assert.equal(decisions.at(-1)?.error?.reason, reason, what);
            }
          }
          assert.equal(server.seen.handlers, 1, 'no handler ran for a bad token');
          await assertExplained(target, goodToken, status.OK, options.policy);
          for (const [what, given] of cases) {
            const [token, reason] = typeof given === 'string' ? [given] : given;
            const why = PLAIN.includes(name) ? reason : undefined;
            await assertExplained(target, token, expected, options.policy, why, what);
          }
          assert.equal((await call(goodToken)).code, status.OK, 'the good token, after');
          assert.equal(server.seen.handlers, 2);
        },
        options,
      );
    });
  }
}

/** explain() comes to the decision of the server, reports the failed check, and shows nothing of the token. */
async function assertExplained(
  { authenticator }: Target,
  token: string,
  expected: status,
  policy: Policy | undefined,
  reason?: string,
  what = 'the good token',
): Promise<void> {
  const credentials = bearerFromHeader(`Bearer ${token}`);
  const { outcome, error, steps } = await explain(authenticator, credentials, {
    method: '/echo.v1.Echo/unary',
    ...(policy && { policy }),
  });
  const code = error === undefined ? status.OK : toStatus(error).code;
  assert.equal(code, expected, `${what}, explained`);
  if (reason !== undefined) assert.equal(error?.reason, reason, `${what}, explained`);
  const failed = steps.some(({ result, hint }) => result === 'failed' && hint !== undefined);
  if (outcome !== 'allowed') assert.ok(failed, `${what}: a failed check with a hint`);
  const shown = JSON.stringify(steps);
  for (const part of [token, ...token.split('.')]) {
    assert.ok(part.length < 16 || !shown.includes(part), `${what}: no part of the token`);
  }
}
