import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { AuthEvent, CacheLookup, Decision } from '@grpc-authn/core/authenticator';
import {
  checkOneOf,
  checkOptionNames,
  describeValue,
  wrongOption,
} from '@grpc-authn/core/internal';
import { type MeterProvider, metrics, trace, type TracerProvider } from '@opentelemetry/api';
import { harmless } from './harmless.ts';
import { Labels } from './labels.ts';
import { Metrics } from './metrics.ts';
import { Spans } from './spans.ts';

/** Where the telemetry goes. */
export interface InstrumentAuthOptions {
  /** Default: the global one, also if it is set later. */
  readonly meterProvider?: MeterProvider;
  /** Default: the global one, also if it is set later. */
  readonly tracerProvider?: TracerProvider;
  /** Adds the subject of a verified caller to spans, as `user.id`; never to metrics. Default false. */
  readonly includeSubject?: boolean;
}

/**
 * Records what the guards of this process decide: metrics, and a SERVER span for each call that is refused,
 * as a child of the caller's span (W3C Trace Context). Allowed calls get their span from
 * `@opentelemetry/instrumentation-grpc`; a stream that is ended at its token's expiry gets it here.
 * Attributes have no token and no claim; their values come from closed lists, and from the names of methods
 * and authenticators of the server. All other methods count as `other`.
 *
 * Call it once. Calls that began before are not recorded. Returns a function that ends the recording.
 *
 * @throws ConfigError for a wrong option.
 * @example
 * const stop = instrumentAuth();
 * server.tryShutdown(stop);
 */
export function instrumentAuth(options: InstrumentAuthOptions = {}): () => void {
  checkOptionNames('instrumentAuth', options, [
    'meterProvider',
    'tracerProvider',
    'includeSubject',
  ]);
  const { meterProvider, tracerProvider, includeSubject = false } = options;
  checkProvider('meterProvider', meterProvider, 'getMeter');
  checkProvider('tracerProvider', tracerProvider, 'getTracer');
  checkOneOf('includeSubject', includeSubject, [true, false]);
  const labels = new Labels();
  const recorded = new Metrics(() => meterProvider ?? metrics.getMeterProvider(), labels);
  const spans = new Spans(() => tracerProvider ?? trace.getTracerProvider(), labels, {
    includeSubject,
  });
  const subscriptions: readonly (readonly [string, (message: unknown) => void])[] = [
    [
      'grpc-authn:decision',
      harmless((message) => {
        recorded.decided(message as Decision);
        spans.decided(message as Decision);
      }),
    ],
    ['grpc-authn:cache', harmless((message) => recorded.lookedUp(message as CacheLookup))],
    ['grpc-authn:event', harmless((message) => recorded.reported(message as AuthEvent))],
    ['grpc-authn:handler-end', (message) => spans.handlerEnded(message as string)],
  ];
  for (const [channel, listener] of subscriptions) subscribe(channel, listener);
  return () => {
    for (const [channel, listener] of subscriptions) unsubscribe(channel, listener);
    spans.flush();
  };
}

function checkProvider(name: string, provider: unknown, method: string): void {
  if (provider === undefined) return;
  const member: unknown =
    typeof provider === 'object' && provider !== null ? Reflect.get(provider, method) : undefined;
  if (typeof member === 'function') return;
  throw wrongOption(name, describeValue(provider), `an object with ${method}()`);
}
