import { status as Status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { AuthError } from '../../src/errors/auth-error.ts';
import { createCallGuard } from '../../src/guard/create-call-guard.ts';
import { readAuthFailure } from '../../src/client.ts';
import { toStatus } from '../../src/grpc/status.ts';
import {
  authenticated,
  confirmedBy,
  denyAll,
  requireAll,
  requireAny,
  requireAnyScope,
  requireClaim,
  requireScopes,
} from '../../src/policy/rules.ts';
import type { Rule } from '../../src/policy/rule.ts';
import { describeRefusal } from '../../src/refusal/describe-refusal.ts';
import { caller, ask, SecondOpinion } from '../support/asked-rule.ts';
import { BareCall } from '../support/bare-call.ts';
import { decodeStatus } from '../support/decoded-status.ts';
import { metadataWith } from '../support/metadata-field.ts';
import { CODES, refusalsOf } from '../support/refusals.ts';
import { stubAuthenticator } from '../support/stub-authenticator.ts';

const outage = (retryAfterMs?: number): AuthError =>
  new AuthError('unavailable', 'jwks', retryAfterMs === undefined ? {} : { retryAfterMs });

describe('the claim at fault', () => {
  it('never leaves the server: the refusal is the same without it, byte by byte', () => {
    for (const code of CODES) {
      const named = refusalsOf(code, { claim: 'canary-claim' });
      for (const [index, error] of refusalsOf(code).entries()) {
        expect(describeRefusal(named[index]!)).toEqual(describeRefusal(error));
      }
    }
  });
});

describe('the stage of a refusal', () => {
  it('is running by default, for every error', () => {
    for (const error of CODES.flatMap((code) => refusalsOf(code))) {
      expect(describeRefusal(error).stage).toBe('running');
      if (error.code !== 'internal')
        expect(readAuthFailure(toStatus(error))?.stage).toBe('running');
    }
  });

  it('is what the guard says, and part of the details', () => {
    const guard = createCallGuard({ authenticator: stubAuthenticator(() => caller()) });
    const call = {
      method: '/a.B/C',
      streaming: false,
      credentials: undefined,
      end: () => undefined,
    };
    for (const stage of ['admission', 'running'] as const) {
      const { details, ...refusal } = guard.describe(
        new AuthError('missing_credentials', 'absent'),
        call,
        stage,
      );
      expect(refusal).toMatchObject({ stage, statusCode: 16, reason: 'TOKEN_MISSING' });
      expect(Buffer.from(details).includes(stage)).toBe(true);
    }
  });
});

describe('a status that a handler relays from another service', () => {
  const relayed = (stage: 'admission' | 'running') => {
    const { details } = describeRefusal(
      new AuthError('invalid_token', 'expired', { tokenExpired: true }),
      { stage },
    );
    const sent: { metadata: { get(name: string): unknown[] } | null }[] = [];
    const call = new BareCall({ authenticator: stubAuthenticator(() => caller()) });
    call.receiveMetadata(metadataWith('authorization', 'Bearer token'));
    call.onStatus = (status) => void sent.push(status);
    const metadata = metadataWith('x-other', 'stays');
    metadata.set('grpc-status-details-bin', Buffer.from(details));
    call.guarded.sendStatus({ code: Status.UNAUTHENTICATED, details: 'no', metadata });
    return { sent: sent[0], metadata };
  };

  it('never leaves with the stage admission: its client would run the handler twice (rule 58)', () => {
    const { sent, metadata } = relayed('admission');
    const failure = readAuthFailure({ code: 16, ...sent });
    expect(failure).toMatchObject({ reason: 'TOKEN_EXPIRED', stage: 'running' });
    expect(sent?.metadata?.get('x-other')).toEqual(['stays']);
    // The handler's own metadata is not changed.
    expect(readAuthFailure({ code: 16, metadata })?.stage).toBe('admission');
  });

  it('is otherwise sent as it is', () => {
    const { sent, metadata } = relayed('running');
    expect(sent?.metadata).toBe(metadata);
  });
});

describe('the scopes of a challenge', () => {
  const second = new SecondOpinion(() => caller());
  it.each<readonly [string, Rule, readonly string[]]>([
    ['requireScopes()', requireScopes('a', 'b'), ['a', 'b']],
    ['one requireAnyScope()', requireAnyScope('a'), ['a']],
    ['requireAll()', requireAll(authenticated(), requireScopes('a'), confirmedBy(second)), ['a']],
    ['requireAll() of two', requireAll(requireScopes('a'), requireScopes('a', 'b')), ['a', 'b']],
    ['requireAnyScope()', requireAnyScope('a', 'b'), []],
    ['requireAny()', requireAny(requireScopes('a'), requireClaim('x', 1)), []],
    [
      'requireAll() with alternatives',
      requireAll(requireScopes('a'), requireAnyScope('b', 'c')),
      [],
    ],
  ])('are those of %s', async (_rule, rule, scopes) => {
    const refusal = (await ask(rule).decided) as AuthError;
    expect(refusal).toMatchObject({ code: 'permission_denied' });
    if (refusal.reason === 'scope') expect(refusal.requiredScopes).toEqual(scopes);
    else expect(refusal.requiredScopes).toEqual([]);
    const { challenge } = describeRefusal(refusal);
    if (scopes.length > 0) expect(challenge).toContain(`, scope="${scopes.join(' ')}"`);
    else expect(challenge).not.toContain('scope="');
  });

  it('are none for denyAll() and for a missing claim', async () => {
    for (const rule of [denyAll(), requireClaim('x', 1)]) {
      const refusal = (await ask(rule).decided) as AuthError;
      expect(refusal.requiredScopes).toEqual([]);
      expect(describeRefusal(refusal).challenge).toBe('Bearer realm="grpc"');
    }
  });

  it.each(['a"b', 'a\\b', 'é', 'a b'])(
    'leave out a name that RFC 6750 does not allow: %s',
    async (scope) => {
      const rule = (() => {
        try {
          return requireScopes(scope);
        } catch {
          return undefined;
        }
      })();
      if (rule === undefined) return;
      const refusal = (await ask(rule).decided) as AuthError;
      expect(describeRefusal(refusal).challenge).toBe(
        'Bearer realm="grpc", error="insufficient_scope"',
      );
    },
  );

  it('are read back by the client', async () => {
    const refusal = (await ask(requireScopes('a', 'b')).decided) as AuthError;
    expect(readAuthFailure(toStatus(refusal))?.requiredScopes).toEqual(['a', 'b']);
  });
});

describe('the retry pushback (rule 44)', () => {
  const nowMs = Date.now();
  it.each([
    ['the default delay', undefined, undefined, 1000],
    ['at most 5,000', 5000, undefined, 5000],
    ['rounded up', 0.5, undefined, 1],
    ['none above 5,000', 5001, undefined, -1],
    ['before the deadline', 1000, nowMs + 600_000, 1000],
    ['none past the deadline', 1000, nowMs + 500, -1],
    ['none past a deadline that has passed', 0, nowMs - 1, -1],
  ])('is %s', (_what, retryAfterMs, deadlineEpochMs, expected) => {
    const options = deadlineEpochMs === undefined ? {} : { deadlineEpochMs };
    expect(describeRefusal(outage(retryAfterMs), options).retryPushbackMs).toBe(expected);
  });

  it('is a trailer, and comes with UNAVAILABLE only', () => {
    expect(toStatus(outage()).metadata.get('grpc-retry-pushback-ms')).toEqual(['1000']);
    const statuses = { unavailable: Status.RESOURCE_EXHAUSTED } as const;
    expect(describeRefusal(outage(), { statuses }).retryPushbackMs).toBeUndefined();
    const refusal = new AuthError('invalid_token', 'signature', { retryAfterMs: 10 });
    expect(describeRefusal(refusal).retryPushbackMs).toBeUndefined();
    expect(toStatus(refusal).metadata.get('grpc-retry-pushback-ms')).toEqual([]);
  });
});

describe('a refusal', () => {
  it('is the status that grpc-js sends', () => {
    for (const error of CODES.flatMap((code) => refusalsOf(code))) {
      const refusal = describeRefusal(error);
      const { code, details, metadata } = toStatus(error);
      expect([code, details]).toEqual([refusal.statusCode, refusal.message]);
      expect(metadata.get('www-authenticate')[0]).toBe(refusal.challenge);
      if (refusal.reason !== undefined) expect(decodeStatus(metadata).code).toBe(code);
    }
  });

  it('says nothing about an internal fault', () => {
    const { reason, challenge, retryAfterMs } = describeRefusal(new AuthError('internal', 'bug'));
    expect([reason, challenge, retryAfterMs]).toEqual([undefined, undefined, undefined]);
  });
});
