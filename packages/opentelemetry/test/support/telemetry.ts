import { once } from 'node:events';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import type * as v1_9 from '@grpc-authn/opentelemetry-1.9';
import type { MeterProvider } from '@opentelemetry/api';
import { onTestFinished } from 'vitest';
import { instrumentAuth, type InstrumentAuthOptions } from '../../src/index.ts';
import type * as v1_10 from './sdk-1.10.ts';

/** An API of OpenTelemetry, with the SDK that fits it. */
export type Sdk = typeof v1_10 | typeof v1_9;

/** A finished span, as the tests look at it. */
export interface FinishedSpan {
  readonly name: string;
  readonly scope: string;
  readonly traceId: string;
  readonly parentSpanId: string | undefined;
  readonly ended: boolean;
  readonly status: number;
  readonly durationMs: number;
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface Telemetry {
  /** The finished spans of kind SERVER. */
  readonly serverSpans: () => readonly FinishedSpan[];
  /** Everything that was exported, as text. */
  readonly exported: () => Promise<string>;
  /** The page that Prometheus reads. */
  readonly scrape: () => Promise<string>;
  readonly stop: () => void;
}

let made: InstanceType<Sdk['GrpcInstrumentation']> | undefined;

/** One for a test file: it patches the classes when grpc-js is required first, also if it was imported before. */
function instrumentationOf(sdk: Sdk): InstanceType<Sdk['GrpcInstrumentation']> {
  if (made === undefined) {
    made = new sdk.GrpcInstrumentation();
    createRequire(import.meta.url)('@grpc/grpc-js');
  }
  return made;
}

/** instrumentAuth() beside instrumentation-grpc, with a page for Prometheus. All of it ends with the test. */
export async function startTelemetry(
  sdk: Sdk,
  options: InstrumentAuthOptions = {},
): Promise<Telemetry> {
  const { exporter, provider } = sdk.createTracing();
  const prometheus = new sdk.PrometheusExporter({ preventServerStart: true });
  const provided = new sdk.MeterProvider({ readers: [prometheus as never] });
  // The types of API 1.9 differ from those of 1.10.
  const meterProvider = provided as unknown as MeterProvider;
  const instrumentation = instrumentationOf(sdk);
  instrumentation.setTracerProvider(provider);
  instrumentation.enable();
  const page = createServer((request, response) =>
    prometheus.getMetricsRequestHandler(request, response),
  );
  page.listen(0, '127.0.0.1');
  await once(page, 'listening');
  const { port } = page.address() as AddressInfo;
  const stop = instrumentAuth({ tracerProvider: provider, meterProvider, ...options });
  onTestFinished(async () => {
    stop();
    instrumentation.disable();
    page.close();
    await provider.shutdown();
    await provided.shutdown();
  });
  const spans = (): readonly FinishedSpan[] =>
    exporter
      .getFinishedSpans()
      .filter(({ kind }) => kind === sdk.api.SpanKind.SERVER)
      .map((span) => ({
        name: span.name,
        scope: span.instrumentationScope.name,
        traceId: span.spanContext().traceId,
        parentSpanId: span.parentSpanContext?.spanId,
        ended: span.ended,
        status: span.status.code,
        durationMs: span.duration[0] * 1000 + Math.round(span.duration[1] / 1e6),
        attributes: span.attributes,
      }));
  const scrape = async (): Promise<string> => {
    const response = await fetch(`http://127.0.0.1:${port}/metrics`);
    return await response.text();
  };
  return {
    serverSpans: spans,
    scrape,
    exported: async () => JSON.stringify(spans()) + (await scrape()),
    stop,
  };
}
