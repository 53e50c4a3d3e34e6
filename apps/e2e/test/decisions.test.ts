import assert from 'node:assert/strict';
import { after, before, describe, it, mock } from 'node:test';
import { status } from '@grpc/grpc-js';
import {
  allowAnonymous,
  AuthError,
  type Authenticator,
  confirmedBy,
  type Decision,
  definePolicy,
  denyAll,
  dryRun,
  requireAll,
  requireScopes,
  type Rule,
} from '@grpc-authn/core';
import { Accounts, bearer, eventually } from '../support/accounts.ts';
import { CALL_KINDS } from '../support/echo-server.ts';
import { type Handle, withHandler } from '../support/handler-server.ts';
import { OpenClient } from '../support/open-call.ts';
import { WaitingClock } from '../support/waiting-clock.ts';
import { withEcho } from '../support/with-echo.ts';

// Dry runs are reported at each start.
before(() => void mock.method(process, 'emitWarning', () => undefined));
after(() => mock.restoreAll());

const until = new Date(Date.now() + 2 * 86_400_000).toISOString().slice(0, 10);
const KNOWN = { reader: { scopes: ['read'] }, nobody: {} };
const second = new Accounts({ reader: {} }, { name: 'second' });

function policyOf(rule: Rule) {
  return definePolicy({ rules: { 'echo.v1.Echo/*': rule } });
}

/** One call, its decision and reason, and the caller in the record. */
const CASES: readonly (readonly [Rule, string | undefined, readonly unknown[]])[] = [
  [requireScopes('read'), 'reader', ['allowed', undefined, 'reader']],
  [requireScopes('read'), 'nobody', ['refused', 'scope', undefined]],
  [requireScopes('read'), 'forged', ['refused', 'inactive', undefined]],
  [requireScopes('read'), undefined, ['refused', 'absent', undefined]],
  [allowAnonymous(), undefined, ['allowed', undefined, undefined]],
  [allowAnonymous(), 'forged', ['refused', 'inactive', undefined]],
  [denyAll(), 'reader', ['refused', 'denied', undefined]],
  [requireAll(confirmedBy(second)), 'reader', ['allowed', undefined, 'reader']],
  [requireAll(confirmedBy(second)), 'nobody', ['refused', 'unconfirmed', undefined]],
  [dryRun(requireScopes('write'), { until }), 'reader', ['would_refuse', 'scope', 'reader']],
  [dryRun(requireScopes('read'), { until }), 'reader', ['allowed', undefined, 'reader']],
  [dryRun(confirmedBy(second), { until }), 'nobody', ['would_refuse', 'unconfirmed', 'nobody']],
  [dryRun(requireScopes('write'), { until }), 'forged', ['refused', 'inactive', undefined]],
  [dryRun(requireScopes('write'), { until }), undefined, ['refused', 'absent', undefined]],
];

for (const kind of CALL_KINDS) {
  describe(`the record of a ${kind} call`, () => {
    for (const [rule, who, [outcome, reason, subject]] of CASES) {
      it(`is one: "${rule.description}" for ${who ?? 'nobody'}, ${String(outcome)}`, async () => {
        const decisions: Decision[] = [];
        const onDecision = (decision: Decision): void => void decisions.push(decision);
        const options = { authenticator: new Accounts(KNOWN), policy: policyOf(rule), onDecision };
        let code: number = status.OK;
        await withEcho(options, async ({ client }) => {
          const end = await client.call(
            kind,
            who === undefined ? {} : { authorization: bearer(who) },
          );
          code = end.code;
          assert.equal(code === status.OK, outcome !== 'refused');
        });
        assert.equal(decisions.length, 1);
        const [{ durationMs, peer, error, principal, callId, authenticator, ...rest }] =
          decisions as [Decision];
        assert.deepEqual(rest, {
          outcome,
          method: `/echo.v1.Echo/${kind}`,
          methodKnown: true,
          streaming: kind !== 'unary',
          statusCode: outcome === 'refused' ? code : undefined,
          rule: rule.description,
          traceparent: undefined,
          cached: undefined,
          cancelledBy: undefined,
        });
        assert.match(callId, /^[\da-f-]{36}$/);
        const asked = who !== undefined && rule !== denyAll();
        assert.equal(authenticator, asked ? 'accounts' : undefined);
        assert.equal(error?.reason, reason);
        assert.equal(AuthError.is(error), reason !== undefined);
        assert.equal(principal?.subject, subject);
        assert.match(peer, /^127\.0\.0\.1:\d+$/);
        assert.ok(Number.isFinite(durationMs) && durationMs >= 0);
      });
    }

    it('names no caller before verification, and no rejected caller', async () => {
      const decisions: Decision[] = [];
      const onDecision = (decision: Decision): void => void decisions.push(decision);
      const broken: Authenticator<object> = {
        name: 'broken',
        authenticate: () => ({ subject: 'mallory' }) as never,
      };
      await withEcho({ authenticator: broken, onDecision }, async ({ client }) => {
        const end = await client.call(kind, { authorization: bearer('x') });
        assert.equal(end.code, status.INTERNAL);
      });
      assert.deepEqual(
        decisions.map(({ outcome, error, principal }) => [outcome, error?.code, principal]),
        [['refused', 'internal', undefined]],
      );
    });

    it('contains the duration by the injected clock', async () => {
      const clock = new WaitingClock();
      const decisions: Decision[] = [];
      const onDecision = (decision: Decision): void => void decisions.push(decision);
      const accounts = new Accounts(KNOWN);
      const slow: Authenticator<object> = {
        name: 'slow',
        authenticate: (credentials) => {
          clock.advance(1_234);
          return accounts.authenticate(credentials);
        },
      };
      await withEcho({ authenticator: slow, onDecision, clock }, async ({ client }) => {
        await client.call(kind, { authorization: bearer('reader') });
        await client.call(kind, { authorization: bearer('forged') });
      });
      assert.deepEqual(
        decisions.map(({ durationMs }) => durationMs),
        [1_234, 1_234],
      );
    });

    it('is a single one without a caller where the client cancels before the decision', async () => {
      const decisions: Decision[] = [];
      const onDecision = (decision: Decision): void => void decisions.push(decision);
      let answer = (_verdict: AuthError): void => undefined;
      let cancel = (): void => undefined;
      const never: Authenticator<object> = {
        name: 'never',
        authenticate: () => {
          cancel();
          return new Promise((resolve) => (answer = resolve));
        },
      };
      const policy = policyOf(requireScopes('read'));
      await withEcho({ authenticator: never, policy, onDecision }, async ({ client }) => {
        const onStart = (cancelCall: () => void): void => void (cancel = cancelCall);
        const end = await client.call(kind, { authorization: bearer('reader'), onStart });
        assert.equal(end.code, status.CANCELLED);
        await eventually(() => decisions.length > 0, 'it is recorded');
        answer(new AuthError('invalid_token', 'signature'));
        await new Promise(setImmediate);
      });
      assert.deepEqual(
        decisions.map(({ outcome, error, principal, rule }) => [outcome, error, principal, rule]),
        [['cancelled', undefined, undefined, 'scopes read']],
      );
    });

    it('has a second entry for an accepted call that was ended', async () => {
      for (const outcome of ['revoked', 'expired'] as const) {
        if (kind === 'unary' && outcome === 'expired') continue;
        const decisions: Decision[] = [];
        const onDecision = (decision: Decision): void => void decisions.push(decision);
        const clock = new WaitingClock();
        const exp = { expiresAtEpochSeconds: clock.nowMs() / 1000 + 60, scopes: ['read'] };
        const accounts = new Accounts({ reader: exp });
        const rule = dryRun(requireScopes('write'), { until });
        const options = { authenticator: accounts, policy: policyOf(rule), onDecision, clock };
        await withHandler(options, { handle: () => undefined }, async ({ address, seen }) => {
          const client = new OpenClient(address);
          const { ended, stream } = client.open(kind, { authorization: bearer('reader') });
          await eventually(() => seen.handlers === 1, 'the handler runs');
          clock.advance(1_000);
          if (outcome === 'revoked') accounts.revoke(() => true);
          else clock.advance(64_000);
          await ended;
          // Later events are not recorded again.
          accounts.revoke(() => true);
          clock.advance(1_000_000);
          stream.cancel();
          client.close();
        });
        assert.deepEqual(
          decisions.map((each) => [each.outcome, each.error?.reason, each.principal?.subject]),
          [
            ['would_refuse', 'scope', 'reader'],
            [outcome, outcome, 'reader'],
          ],
        );
        const [first, last] = decisions;
        assert.equal(first?.callId, last?.callId);
        assert.equal(first?.durationMs, 0);
        assert.equal(last?.durationMs, outcome === 'revoked' ? 1_000 : 65_000);
        assert.equal(last?.rule, rule.description);
      }
    });

    it('is the only one of an accepted call that its client cancels', async () => {
      const decisions: Decision[] = [];
      const onDecision = (decision: Decision): void => void decisions.push(decision);
      const options = { authenticator: new Accounts(KNOWN), onDecision };
      let cancelled = false;
      const handle: Handle = (_kind, call) => void call.on('cancelled', () => (cancelled = true));
      await withHandler(options, { handle }, async ({ address, seen }) => {
        const client = new OpenClient(address);
        const { stream, ended } = client.open(kind, { authorization: bearer('reader') });
        await eventually(() => seen.handlers === 1, 'the handler runs');
        stream.cancel();
        await ended;
        await eventually(() => cancelled, 'the handler is notified');
        await new Promise(setImmediate);
        client.close();
      });
      assert.deepEqual(
        decisions.map(({ outcome }) => outcome),
        ['allowed'],
      );
    });
  });
}
