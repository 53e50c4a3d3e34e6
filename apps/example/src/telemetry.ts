// Metrics of grpc-authn for Prometheus. Loaded with --telemetry only.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { instrumentAuth } from '@grpc-authn/opentelemetry';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';

export interface Page {
  readonly url: string;
  readonly close: () => void;
}

/** Serves the page that Prometheus reads. `port` 0: a free one. */
export async function serveMetrics(port: number): Promise<Page> {
  const exporter = new PrometheusExporter({ preventServerStart: true });
  const stop = instrumentAuth({ meterProvider: new MeterProvider({ readers: [exporter] }) });
  const server = createServer((request, response) =>
    exporter.getMetricsRequestHandler(request, response),
  );
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`;
  return {
    url,
    close() {
      stop();
      server.close();
    },
  };
}
