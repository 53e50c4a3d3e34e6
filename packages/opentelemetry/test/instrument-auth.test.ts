import { channel } from 'node:diagnostics_channel';
import {
  AuthError,
  ConfigError,
  createCallGuard,
  definePolicy,
  requireScopes,
} from '@grpc-authn/core';
import { type Attributes, diag, metrics } from '@opentelemetry/api';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { instrumentAuth, type InstrumentAuthOptions } from '../src/index.ts';
import { createFakeMeter, type Recorded } from './support/fake-meter.ts';

const POLICY = definePolicy({ rules: { 'orders.v1.Orders/Get': requireScopes('read') } });

function start(options: InstrumentAuthOptions = {}): readonly Recorded[] {
  const recorded: Recorded[] = [];
  const meterProvider = createFakeMeter((each) => void recorded.push(each));
  onTestFinished(instrumentAuth({ meterProvider, ...options }));
  return recorded;
}

/** One call without a token, to a binding that accepts any method. */
function refuse(method = '/orders.v1.Orders/Get', name = 'names'): void {
  const authenticate = () => new AuthError('invalid_token', 'signature');
  const guard = createCallGuard({ authenticator: { name, authenticate }, policy: POLICY });
  const credentials = { scheme: 'bearer', token: 'bad' };
  void guard.begin({ method, streaming: false, credentials, end: () => undefined });
}

const valuesOf = (recorded: readonly Recorded[], key: string) => [
  ...new Set(recorded.map(({ attributes }) => attributes[key])),
];

describe('attributes', () => {
  it('are made once, frozen, and used again', () => {
    const recorded = start();
    refuse();
    refuse();
    const [first, second] = [recorded.slice(0, 3), recorded.slice(3)];
    expect(first.map(({ name }) => name)).toEqual([
      'grpc_authn.decisions',
      'grpc_authn.authenticate.duration',
      'rpc.server.call.duration',
    ]);
    for (const [index, { attributes }] of first.entries()) {
      expect(Object.isFrozen(attributes)).toBe(true);
      expect(second[index]?.attributes).toBe(attributes);
    }
  });

  it('count a method that the server does not know as `other`', () => {
    const recorded = start();
    for (const method of ['/made.up.Service/Get', '/orders.v1.Orders/MadeUp', 'x'.repeat(10_000)]) {
      refuse(method);
    }
    expect(valuesOf(recorded, 'rpc.method')).toEqual(['other']);
  });

  it('have at most 1,000 methods and 100 authenticators', () => {
    const recorded: Attributes[] = [];
    const meterProvider = createFakeMeter(({ attributes }) => void recorded.push(attributes));
    onTestFinished(instrumentAuth({ meterProvider }));
    for (let index = 0; index < 1_200; index += 1) {
      channel('grpc-authn:decision').publish({
        outcome: 'allowed',
        method: `/orders.v1.Orders/Get${index}`,
        methodKnown: true,
        authenticator: `tenant ${index}`,
        durationMs: 1,
      });
    }
    const different = (key: string) => new Set(recorded.flatMap((each) => each[key] ?? []));
    expect(different('rpc.method').size).toBe(1_001);
    expect(different('grpc_authn.authenticator').size).toBe(101);
    expect(different('rpc.method').has('other')).toBe(true);
  });

  it('have no reason that is not listed', () => {
    const recorded = start();
    const error = { code: 'invalid_token', reason: 'made up by a newer version' };
    channel('grpc-authn:decision').publish({
      outcome: 'refused',
      method: '/orders.v1.Orders/Get',
      methodKnown: true,
      error,
      statusCode: 16,
      durationMs: 1,
    });
    expect(recorded[0]?.attributes['grpc_authn.reason']).toBe('other');
  });
});

describe('instrumentAuth()', () => {
  it('changes no decision if the SDK fails, and ends no process', () => {
    const errors = vi.spyOn(diag, 'error').mockImplementation(() => undefined);
    onTestFinished(() => errors.mockRestore());
    const meterProvider = createFakeMeter(() => {
      throw new Error('the exporter is broken');
    });
    onTestFinished(instrumentAuth({ meterProvider }));
    const uncaught = vi.fn<() => void>();
    process.on('uncaughtException', uncaught);
    onTestFinished(() => void process.off('uncaughtException', uncaught));
    refuse();
    expect(errors).toHaveBeenCalledOnce();
    expect(uncaught).not.toHaveBeenCalled();
  });

  it('ends no process if the tracer fails after a stream has ended', async () => {
    const errors = vi.spyOn(diag, 'error').mockImplementation(() => undefined);
    onTestFinished(() => errors.mockRestore());
    const startSpan = vi.fn<() => never>(() => {
      throw new Error('the tracer is broken');
    });
    const tracerProvider = { getTracer: () => ({ startSpan, startActiveSpan: startSpan }) };
    onTestFinished(instrumentAuth({ tracerProvider }));
    channel('grpc-authn:decision').publish({
      outcome: 'expired',
      method: '/orders.v1.Orders/Get',
      methodKnown: true,
      streaming: true,
      error: new AuthError('invalid_token', 'expired', { tokenExpired: true }),
      callId: 'one',
      statusCode: 16,
      durationMs: 1,
    });
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    expect(startSpan).toHaveBeenCalledOnce();
    expect(errors).toHaveBeenCalledOnce();
  });

  it('finds a global provider that is set later', () => {
    const recorded: Recorded[] = [];
    onTestFinished(instrumentAuth());
    refuse();
    metrics.setGlobalMeterProvider(createFakeMeter((each) => void recorded.push(each)));
    onTestFinished(() => metrics.disable());
    refuse();
    expect(recorded).toHaveLength(3);
  });

  it('returns a function that ends the recording', () => {
    const recorded: Recorded[] = [];
    const stop = instrumentAuth({
      meterProvider: createFakeMeter((each) => void recorded.push(each)),
    });
    refuse();
    stop();
    stop();
    refuse();
    expect(recorded).toHaveLength(3);
    for (const name of ['decision', 'event', 'cache', 'handler-end']) {
      expect(channel(`grpc-authn:${name}`).hasSubscribers).toBe(false);
    }
  });

  it.each([
    ['meterProvider', { meterProvider: {} }, 'expected an object with getMeter()'],
    ['tracerProvider', { tracerProvider: 'x' }, 'expected an object with getTracer()'],
    ['includeSubject', { includeSubject: 'yes' }, 'expected one of true, false'],
    ['instrumentAuth', { subject: true }, 'there is no option "subject"'],
  ])('rejects a wrong %s', (path, options, message) => {
    const create = () => instrumentAuth(options as InstrumentAuthOptions);
    expect(create).toThrow(ConfigError);
    expect(create).toThrow(`${path}: ${message}`);
  });
});
