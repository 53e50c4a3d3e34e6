import { createRequire } from 'node:module';

// As CommonJS: a bundler's condition would find the ES modules of this API, which Node.js cannot load.
const require = createRequire(import.meta.url);

// Each as a test needs it: the API, and the SDK that fits it.
export const api = require('@opentelemetry/api');
export const { PrometheusExporter } = require('@opentelemetry/exporter-prometheus');
export const { GrpcInstrumentation } = require('@opentelemetry/instrumentation-grpc');
export const { MeterProvider } = require('@opentelemetry/sdk-metrics');

export function createTracing() {
  const tracing = require('@opentelemetry/sdk-trace-base');
  const exporter = new tracing.InMemorySpanExporter();
  const spanProcessors = [new tracing.SimpleSpanProcessor(exporter)];
  return { exporter, provider: new tracing.BasicTracerProvider({ spanProcessors }) };
}
