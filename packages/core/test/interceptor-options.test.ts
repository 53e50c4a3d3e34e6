import { Metadata, status as Status } from '@grpc/grpc-js';
import { describe, expect, it, vi } from 'vitest';
import { authenticated } from '../src/policy/rules.ts';
import { createPrincipal } from '../src/contract/principal.ts';
import { AuthError } from '../src/errors/auth-error.ts';
import { ConfigError } from '../src/errors/config-error.ts';
import { createAuthInterceptor } from '../src/grpc/create-auth-interceptor.ts';
import { readInterceptorOptions } from '../src/grpc/interceptor-options.ts';
import { CallContext } from './support/call-context.ts';
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
    ['authenticators', { authenticators: authenticator }],
    ['timeoutMS', { authenticator, timeoutMS: 5 }],
  ])('is a ConfigError that names "%s": %j', (option, options) => {
    for (const read of [readInterceptorOptions, createAuthInterceptor]) {
      expect(() => read(options as never)).toThrow(ConfigError);
      expect(() => read(options as never)).toThrow(new RegExp(`^${option}: |"${option}"`));
    }
  });

  it('is told with the name that was meant', () => {
    const options = { authenticator, timeoutMS: 5 } as never;
    expect(() => readInterceptorOptions(options)).toThrow('did you mean "timeoutMs"?');
  });
});

describe('the options of the interceptor', () => {
  it('need no more than an authenticator', () => {
    const settings = readInterceptorOptions({ authenticator });
    expect(settings.root).toBe(authenticator);
    expect(settings.extractor.extract(metadataWith('authorization', 'Bearer t'))).toMatchObject({
      token: 't',
    });
    expect(settings.hidden).toEqual(['authorization']);
    expect(settings.statuses.statusOf(new AuthError('invalid_token', 'use')).code).toBe(
      Status.UNAUTHENTICATED,
    );
  });

  it('hide the fields that the extractor names, unless the token is to be forwarded', () => {
    const read = (forwardToken?: 'never' | 'always') =>
      readInterceptorOptions({
        authenticator,
        credentials: extractor,
        ...(forwardToken === undefined ? {} : { forwardToken }),
      }).hidden;
    expect(read()).toEqual(['x-api-key']);
    expect(read('never')).toEqual(['x-api-key']);
    expect(read('always')).toEqual([]);
  });

  it('ask an extractor as its own method', () => {
    const credentials = {
      headers: ['x-key'],
      scheme: 'api-key',
      extract() {
        return { scheme: this.scheme, token: 't' };
      },
    };
    const settings = readInterceptorOptions({ authenticator, credentials });
    expect(settings.extractor.extract(new Metadata())).toEqual({ scheme: 'api-key', token: 't' });
  });

  it('hand the time limit and the clock to the gate', async () => {
    const clock = new ManualClock();
    const slow = stubAuthenticator(() => new OpenVerdict().promise);
    const { gate } = readInterceptorOptions({ authenticator: slow, timeoutMs: 250, clock });
    const decided = gate.decide(
      authenticated(),
      { scheme: 'bearer', token: 't' },
      new CallContext(),
    );
    expect(clock.waiting).toBe(1);
    clock.advance(250);
    expect(clock.waiting).toBe(0);
    await expect(decided).resolves.toMatchObject({ code: 'unavailable', reason: 'timeout' });
  });

  it('may be changed later, which changes nothing', () => {
    const onDecision = vi.fn();
    const clock = new ManualClock();
    const headers = ['x-api-key'];
    const statuses = { invalid_token: { code: Status.NOT_FOUND as number, message: 'no' } };
    const options = {
      authenticator,
      credentials: { ...extractor, headers },
      statuses,
      onDecision,
      clock,
      forwardToken: 'never',
    };
    const settings = readInterceptorOptions(options as never);
    headers.pop();
    statuses.invalid_token.code = Status.OK;
    for (const name of Object.keys(options)) Object.assign(options, { [name]: undefined });
    expect(settings).toMatchObject({ root: authenticator, hidden: ['x-api-key'], onDecision });
    expect(settings.clock).toBe(clock);
    expect(settings.statuses.statusOf(new AuthError('invalid_token', 'use'))).toMatchObject({
      code: Status.NOT_FOUND,
      details: 'no',
    });
    expect(
      settings.gate.decide(authenticated(), { scheme: 'bearer', token: 't' }, new CallContext()),
    ).toBe(principal);
    expect(Object.isFrozen(settings)).toBe(true);
  });
});
