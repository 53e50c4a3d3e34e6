import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel';
import { status as Status } from '@grpc/grpc-js';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { cached } from '../../src/compose/cached.ts';
import type { AuthEvent } from '../../src/contract/auth-event.ts';
import type { CacheLookup } from '../../src/contract/channels.ts';
import { reportEvent } from '../../src/contract/report-event.ts';
import { AuthError } from '../../src/errors/auth-error.ts';
import type { TransportCall } from '../../src/gate/transport-call.ts';
import { createCallGuard } from '../../src/guard/create-call-guard.ts';
import type { Decision } from '../../src/guard/decision.ts';
import type { BindingOptions } from '../../src/guard/guard-options.ts';
import { definePolicy } from '../../src/policy/define-policy.ts';
import { reloadablePolicy } from '../../src/policy/reloadable-policy.ts';
import { publicMethod, requireScopes } from '../../src/policy/rules.ts';
import { caller } from '../support/asked-rule.ts';
import { BareCall } from '../support/bare-call.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { metadataWith } from '../support/metadata-field.ts';
import { stubAuthenticator } from '../support/stub-authenticator.ts';

const GET = '/orders.v1.Orders/Get';

/** What a channel carries until the test ends. */
function messagesOf<M>(name: string): M[] {
  const messages: M[] = [];
  const listener = (message: unknown): void => void messages.push(message as M);
  subscribe(name, listener);
  onTestFinished(() => void unsubscribe(name, listener));
  return messages;
}

function callOf(init: Partial<TransportCall> = {}): TransportCall {
  const credentials = { scheme: 'bearer', token: 'token' };
  return { method: GET, streaming: true, credentials, end: () => undefined, ...init };
}

function guardOf(options: Partial<BindingOptions> = {}) {
  return createCallGuard({ authenticator: stubAuthenticator(() => caller()), ...options });
}

const BAD = { scheme: 'bearer', token: 'bad' };

/** A guard with a cache, also of refusals. */
function cachingGuard() {
  const authenticator = stubAuthenticator(({ token }) =>
    token === BAD.token ? new AuthError('invalid_token', 'signature') : caller(),
  );
  return guardOf({ authenticator: cached(authenticator, { negative: { maxAgeSeconds: 5 } }) });
}

describe('grpc-authn:decision', () => {
  it('carries what onDecision gets, frozen', () => {
    const published = messagesOf<Decision>('grpc-authn:decision');
    const recorded: Decision[] = [];
    const guard = guardOf({ onDecision: (decision) => void recorded.push(decision) });
    void guard.begin(callOf({ traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` }));
    void guard.begin(callOf({ credentials: undefined, streaming: false }));
    expect(published).toHaveLength(2);
    expect(published[0]).toBe(recorded[0]);
    expect(Object.isFrozen(published[0])).toBe(true);
    expect(published).toMatchObject([
      {
        outcome: 'allowed',
        authenticator: 'stub',
        streaming: true,
        statusCode: undefined,
        traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
      },
      { outcome: 'refused', authenticator: undefined, streaming: false, statusCode: 16 },
    ]);
  });

  it('carries both records of a stream that ends at its expiry, with one callId', () => {
    const published = messagesOf<Decision>('grpc-authn:decision');
    const clock = new ManualClock();
    const principal = caller({ expiresAtEpochSeconds: clock.nowMs() / 1000 + 60 });
    const guard = guardOf({ authenticator: stubAuthenticator(() => principal), clock });
    void guard.begin(callOf());
    clock.advance(65_000);
    const [first, last] = published;
    expect(published.map(({ outcome }) => outcome)).toEqual(['allowed', 'expired']);
    expect(first?.callId).toBe(last?.callId);
    expect(last?.durationMs).toBe(65_000);
  });

  it('carries nothing about a public method', () => {
    const published = messagesOf<Decision>('grpc-authn:decision');
    const policy = definePolicy({ rules: { 'orders.v1.Orders/Get': publicMethod() } });
    void guardOf({ policy }).begin(callOf());
    expect(published).toEqual([]);
  });

  it('carries only records with a duration: nothing of a call that began before', () => {
    const clock = new ManualClock();
    const principal = caller({ expiresAtEpochSeconds: clock.nowMs() / 1000 + 60 });
    const guard = guardOf({ authenticator: stubAuthenticator(() => principal), clock });
    void guard.begin(callOf());
    const published = messagesOf<Decision>('grpc-authn:decision');
    clock.advance(65_000);
    expect(published).toEqual([]);
  });

  it('has the status that the server sends', () => {
    const published = messagesOf<Decision>('grpc-authn:decision');
    const guard = guardOf({ statuses: { missing_credentials: 7 } });
    void guard.begin(callOf({ credentials: undefined }));
    expect(published).toMatchObject([{ statusCode: 7 }]);
  });

  it('says whether the policy names the method, or the transport serves it', () => {
    const published = messagesOf<Decision>('grpc-authn:decision');
    const policy = definePolicy({
      rules: { 'orders.v1.Orders/Get': requireScopes('read'), 'orders.v1.Other/*': publicMethod() },
    });
    for (const given of [policy, reloadablePolicy(() => policy)]) {
      void guardOf({ policy: given }).begin(callOf());
      void guardOf({ policy: given }).begin(callOf({ method: '/made.up.Service/Get' }));
    }
    void guardOf().begin(callOf());
    void guardOf().begin(callOf({ methodKnown: true }));
    new BareCall({ authenticator: stubAuthenticator(() => caller()) }).receiveMetadata(
      metadataWith('authorization', 'Bearer token'),
    );
    expect(published.map(({ methodKnown }) => methodKnown)).toEqual([
      true,
      false,
      true,
      false,
      false,
      true,
      true,
    ]);
  });

  it('says whether the verdict is from a cache', () => {
    const published = messagesOf<Decision>('grpc-authn:decision');
    const guard = cachingGuard();
    for (const call of [{}, {}, { credentials: BAD }, { credentials: BAD }]) {
      void guard.begin(callOf(call));
    }
    void guard.begin(callOf({ credentials: undefined }));
    void guardOf().begin(callOf());
    expect(published.map((decision) => decision.cached)).toEqual([
      false,
      true,
      false,
      true,
      undefined,
      undefined,
    ]);
  });
});

describe('grpc-authn:cache', () => {
  it('carries each look-up, by objects that are made once', () => {
    const lookups = messagesOf<CacheLookup>('grpc-authn:cache');
    const guard = cachingGuard();
    for (const call of [{}, {}, {}, { credentials: BAD }, { credentials: BAD }]) {
      void guard.begin(callOf(call));
    }
    expect(lookups).toEqual([
      { authenticator: 'stub', result: 'miss' },
      { authenticator: 'stub', result: 'hit' },
      { authenticator: 'stub', result: 'hit' },
      { authenticator: 'stub', result: 'miss' },
      { authenticator: 'stub', result: 'negative' },
    ]);
    expect(lookups[1]).toBe(lookups[2]);
    expect(Object.isFrozen(lookups[1])).toBe(true);
  });
});

describe('grpc-authn:event', () => {
  it('carries each event once, however often it is passed on', () => {
    const events = messagesOf<AuthEvent>('grpc-authn:event');
    const report = vi.fn<(event: AuthEvent) => void>();
    const event: AuthEvent = { type: 'keys_refreshed', authenticator: 'main' };
    reportEvent((passedOn) => reportEvent(report, passedOn), event);
    expect(events).toEqual([event]);
    expect(events[0]).toBe(event);
    expect(report).toHaveBeenCalledOnce();
  });
});

it('the handler of a stream that was ended reports its own end', () => {
  const ended = messagesOf<string>('grpc-authn:handler-end');
  const published = messagesOf<Decision>('grpc-authn:decision');
  const clock = new ManualClock();
  const principal = caller({ expiresAtEpochSeconds: clock.nowMs() / 1000 + 60 });
  const authenticator = stubAuthenticator(() => principal);
  const call = new BareCall({ authenticator, clock });
  call.receiveMetadata(metadataWith('authorization', 'Bearer token'));
  clock.advance(65_000);
  expect(ended).toEqual([]);
  call.guarded.sendStatus({ code: Status.OK, details: '' });
  expect(ended).toEqual([published[1]?.callId]);
  expect(call.outbound).toEqual(['status 16']);
});

it('no channel has a subscriber by itself, so that nothing is made for it', () => {
  for (const name of ['decision', 'event', 'cache', 'handler-end']) {
    expect(channel(`grpc-authn:${name}`).hasSubscribers).toBe(false);
  }
});
