// Metrics and a span of a refused call, with the SDK of the oldest API and without gRPC.
import assert from 'node:assert/strict';
import {
  AuthError,
  createCallGuard,
  createPrincipal,
  definePolicy,
  requireScopes,
} from '@grpc-authn/core/authenticator';
import { instrumentAuth, toAuditRecord } from '@grpc-authn/opentelemetry';
import { metrics } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';

const points = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
const reader = new PeriodicExportingMetricReader({ exporter: points });
const meterProvider = new MeterProvider({ readers: [reader] });
const spans = new InMemorySpanExporter();
const spanProcessors = [new SimpleSpanProcessor(spans)];
const tracerProvider = new BasicTracerProvider({ spanProcessors });

const stop = instrumentAuth({ tracerProvider });
// The package records with the project's own API, so it finds a provider that is set later.
metrics.setGlobalMeterProvider(meterProvider);

const records = [];
const guard = createCallGuard({
  authenticator: {
    name: 'keys',
    authenticate: ({ token }) =>
      token === 'k-1'
        ? createPrincipal({ authenticator: 'keys', subject: 'alice', scopes: ['read'] })
        : new AuthError('invalid_token', 'inactive'),
  },
  policy: definePolicy({ 'orders.v1.Orders/Get': requireScopes('read') }),
  onDecision: (decision) => records.push(toAuditRecord(decision).grpc_audit_log),
});
for (const token of ['k-1', 'k-2']) {
  const call = {
    method: '/orders.v1.Orders/Get',
    streaming: false,
    credentials: { scheme: 'bearer', token },
    end: () => undefined,
  };
  const { allowed } = await guard.begin(call);
  assert.equal(allowed, token === 'k-1');
  guard.finish(call);
}
stop();

assert.deepEqual(
  records.map(({ authorized, principal }) => [authorized, principal]),
  [
    [true, 'alice'],
    [false, ''],
  ],
);
const [span, ...others] = spans.getFinishedSpans();
assert.deepEqual(others, []);
assert.equal(span.name, 'orders.v1.Orders/Get');
assert.equal(span.attributes['grpc_authn.reason'], 'inactive');
await reader.forceFlush();
const names = points
  .getMetrics()
  .flatMap(({ scopeMetrics }) => scopeMetrics)
  .flatMap((scope) => scope.metrics.map(({ descriptor }) => descriptor.name));
assert.ok(names.includes('grpc_authn.decisions'), names.join());
assert.ok(names.includes('rpc.server.call.duration'), names.join());
await meterProvider.shutdown();
await tracerProvider.shutdown();
