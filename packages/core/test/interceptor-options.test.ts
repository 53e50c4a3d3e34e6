import { Metadata, status as Status } from '@grpc/grpc-js';
import { describe, expect, it, vi } from 'vitest';
import { createPrincipal } from '../src/contract/principal.ts';
import { AuthError } from '../src/errors/auth-error.ts';
import { ConfigError } from '../src/errors/config-error.ts';
import { createAuthInterceptor } from '../src/grpc/create-auth-interceptor.ts';
import { readGrpcOptions } from '../src/grpc/interceptor-options.ts';
import { bearerFromMetadata } from '../src/grpc/bearer-from-metadata.ts';
import { createCallGuard } from '../src/guard/create-call-guard.ts';
import { INTERCEPTOR_OPTION_NAMES } from '../src/guard/guard-options.ts';
import { BareCall } from './support/bare-call.ts';
import { ManualClock } from './support/manual-clock.ts';
import { metadataWith } from './support/metadata-field.ts';
import { OpenVerdict, stubAuthenticator } from './support/stub-authenticator.ts';

const principal = createPrincipal({ authenticator: 'stub', subject: 'alice' });
const authenticator = stubAuthenticator(() => principal);
const extractor = { headers: ['x-api-key'], extract: () => undefined };

describe('an option of the interceptor that is wrong', () => {
  const nameless = stubAuthenticator(() => principal, { name: '' });
  const schemeless = stubAuthenticator(() => principal, { schemes: [] });
  it.each<readonly [string, unknown]>([
    ['createAuthInterceptor', undefined],
    ['createAuthInterceptor', null],
    ['createAuthInterceptor', 'authenticator'],
    ['authenticator', {}],
    ['authenticator', { authenticator: null }],
    ['authenticator', { authenticator: 'oidc' }],
    ['authenticator', { authenticator: { name: 'stub' } }],
    ['authenticator.name', { authenticator: nameless }],
    ['authenticator.schemes', { authenticator: schemeless }],
    ['credentials', { authenticator, credentials: null }],
    ['credentials', { authenticator, credentials: () => undefined }],
    ['credentials', { authenticator, credentials: Object.assign(() => undefined, extractor) }],
    ['credentials', { authenticator, credentials: { headers: ['authorization'] } }],
    ['credentials.headers', { authenticator, credentials: { extract: () => undefined } }],
    ['credentials.headers', { authenticator, credentials: { ...extractor, headers: [5] } }],
    ['statuses', { authenticator, statuses: null }],
    ['statuses.invalid_token', { authenticator, statuses: { invalid_token: Status.OK } }],
    ['statuses.unavailable', { authenticator, statuses: { unavailable: Status.INTERNAL } }],
    ['statuses.expired', { authenticator, statuses: { expired: Status.INTERNAL } }],
    ['timeoutMs', { authenticator, timeoutMs: 0 }],
    ['timeoutMs', { authenticator, timeoutMs: 600_001 }],
    ['timeoutMs', { authenticator, timeoutMs: null }],
    ['timeoutMs', { authenticator, timeoutMs: '10s' }],
    ['forwardToken', { authenticator, forwardToken: true }],
    ['forwardToken', { authenticator, forwardToken: 'Always' }],
    ['forwardToken', { authenticator, forwardToken: null }],
    ['onDecision', { authenticator, onDecision: 'log' }],
    ['onDecision', { authenticator, onDecision: null }],
    ['clock', { authenticator, clock: null }],
    ['clock.nowMs', { authenticator, clock: {} }],
    ['clock.setTimer', { authenticator, clock: { nowMs: () => 0 } }],
    ['limits', { authenticator, limits: null }],
    ['limits.maxWaiting', { authenticator, limits: { maxWaiting: 0 } }],
    ['limits.maxWaiting', { authenticator, limits: { maxWaiting: 1.5 } }],
    ['limits.maxWaitingPerPeer', { authenticator, limits: { maxWaitingPerPeer: 1_000_001 } }],
    ['limits.peerOf', { authenticator, limits: { peerOf: 'ip' } }],
    ['maxWaitng', { authenticator, limits: { maxWaitng: 5 } }],
    ['guard', { authenticator, guard: {} }],
    ['guard', { authenticator, guard: undefined }],
    ['policy', { authenticator, guard: createCallGuard({ authenticator }), policy: {} }],
    ['authenticator', { guard: createCallGuard({ authenticator }) }],
    ['authenticators', { authenticators: authenticator }],
    ['timeoutMS', { authenticator, timeoutMS: 5 }],
  ])('is a ConfigError that names "%s": %j', (option, options) => {
    expect(() => createAuthInterceptor(options as never)).toThrow(ConfigError);
    expect(() => createAuthInterceptor(options as never)).toThrow(
      new RegExp(`^${option}: |"${option}"`),
    );
  });

  it('is reported with the nearest name', () => {
    const options = { authenticator, timeoutMS: 5 } as never;
    expect(() => createAuthInterceptor(options)).toThrow('did you mean "timeoutMs"?');
  });
});

describe('the options of the interceptor', () => {
  it('need no more than an authenticator', () => {
    const settings = readGrpcOptions({}, authenticator);
    expect(settings.extract(metadataWith('authorization', 'Bearer t'))).toMatchObject({
      token: 't',
    });
    expect(settings).toMatchObject({ hidden: ['authorization'], asyncContext: false });
    const call = new BareCall({ authenticator });
    call.receiveMetadata(metadataWith('authorization', 'Bearer t'));
    expect(call.inbound).toEqual(['metadata']);
  });

  it('hide the fields that the extractor names, unless the token is forwarded', () => {
    const read = (forwardToken?: 'never' | 'always') =>
      readGrpcOptions(
        { credentials: extractor, ...(forwardToken === undefined ? {} : { forwardToken }) },
        authenticator,
      ).hidden;
    expect(read()).toEqual(['x-api-key']);
    expect(read('never')).toEqual(['x-api-key']);
    expect(read('always')).toEqual([]);
  });

  it('call an extractor as its own method', () => {
    const credentials = {
      headers: ['x-key'],
      scheme: 'api-key',
      extract() {
        return { scheme: this.scheme, token: 't' };
      },
    };
    const settings = readGrpcOptions({ credentials }, authenticator);
    expect(settings.extract(new Metadata())).toEqual({ scheme: 'api-key', token: 't' });
  });

  it('pass the time limit and the clock to the guard', async () => {
    const clock = new ManualClock();
    const slow = stubAuthenticator(() => new OpenVerdict().promise);
    const call = new BareCall({ authenticator: slow, timeoutMs: 250, clock });
    call.receiveMetadata(metadataWith('authorization', 'Bearer t'));
    expect(clock.waiting).toBe(1);
    clock.advance(250);
    expect(clock.waiting).toBe(0);
    await new Promise(setImmediate);
    expect(call.outbound).toEqual(['status 14']);
  });

  it('may be changed later, which changes nothing', () => {
    const onDecision = vi.fn();
    const headers = ['x-api-key'];
    const refuse = stubAuthenticator(() => new AuthError('invalid_token', 'use'));
    const statuses = { invalid_token: { code: Status.NOT_FOUND as number, message: 'no' } };
    const options = {
      authenticator: refuse,
      credentials: { headers, extract: () => ({ scheme: 'bearer', token: 't' }) },
      statuses,
      onDecision,
      clock: new ManualClock(),
      forwardToken: 'never',
    };
    const call = new BareCall(options as never);
    headers.pop();
    statuses.invalid_token.code = Status.OK;
    for (const name of Object.keys(options)) Object.assign(options, { [name]: undefined });
    call.receiveMetadata();
    expect(call.outbound).toEqual([`status ${Status.NOT_FOUND}`]);
    expect(onDecision).toHaveBeenCalledOnce();
    expect(Object.isFrozen(readGrpcOptions({}, authenticator))).toBe(true);
  });

  it('may be a guard that another binding uses, too', () => {
    const guard = createCallGuard({ authenticator });
    const begin = vi.spyOn(guard, 'begin');
    const call = new BareCall({ guard, authenticator, credentials: bearerFromMetadata() });
    call.receiveMetadata(metadataWith('authorization', 'Bearer t'));
    expect(call.inbound).toEqual(['metadata']);
    expect(begin).toHaveBeenCalledOnce();
  });

  it('are listed, for other packages that pass them on', () => {
    expect(INTERCEPTOR_OPTION_NAMES.toSorted()).toEqual([
      'authenticator',
      'clock',
      'credentials',
      'forwardToken',
      'limits',
      'onDecision',
      'policy',
      'propagation',
      'statuses',
      'streams',
      'timeoutMs',
    ]);
  });
});
