import type { BasicTracerProvider, InMemorySpanExporter } from '@opentelemetry/sdk-trace-base';

export * as api from '@opentelemetry/api';
export { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
export { GrpcInstrumentation } from '@opentelemetry/instrumentation-grpc';
export { MeterProvider } from '@opentelemetry/sdk-metrics';

export function createTracing(): {
  exporter: InMemorySpanExporter;
  provider: BasicTracerProvider;
};
