import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';

export * as api from '@opentelemetry/api';
export { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
export { GrpcInstrumentation } from '@opentelemetry/instrumentation-grpc';
export { MeterProvider } from '@opentelemetry/sdk-metrics';

export function createTracing() {
  const exporter = new InMemorySpanExporter();
  const spanProcessors = [new SimpleSpanProcessor({ exporter })];
  return { exporter, provider: new TracerProvider({ spanProcessors }) };
}
