// An orders server. The file on its command line decides how callers are verified and who may call what, and
// may be changed while the server runs.
import { parseArgs } from 'node:util';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { loadAuth, type LoadedAuth } from '@grpc-authn/config';
import { ConfigError, type JsonObject } from '@grpc-authn/core';
import { logDecision, logEvent, logReload } from './log.ts';
import { Health, Orders } from './orders-proto.js';
import { healthService, ordersService } from './orders-service.ts';

const { values, positionals } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    telemetry: { type: 'boolean', default: false },
    'metrics-port': { type: 'string', default: '9464' },
  },
  allowPositionals: true,
});
const [file] = positionals;
if (file === undefined) end('usage: pnpm server config/oidc.yaml [--port 50051] [--telemetry]', 2);

const metrics = values.telemetry
  ? await import('./telemetry.ts').then(({ serveMetrics }) =>
      serveMetrics(Number(values['metrics-port'])),
    )
  : undefined;
if (metrics !== undefined) console.log(`metrics on ${metrics.url}`);
const auth = await load(file);
auth.watch({ onReload: logReload });
// The operator sends this signal on purpose, so this reload may weaken a rule or an authenticator.
process.on('SIGHUP', () => {
  void auth.reload({ allowWeaker: true }).then(() => logReload(undefined), logReload);
});

const server = new Server({
  interceptors: [auth.interceptor],
  // These bound the memory of a client that never reads, or never ends its side of a rejected stream.
  'grpc.max_concurrent_streams': 100,
  'grpc.keepalive_time_ms': 60_000,
  'grpc.max_connection_age_ms': 1_800_000,
  'grpc.max_connection_age_grace_ms': 300_000,
});
server.addService(Orders.service, ordersService);
server.addService(Health.service, healthService);
server.bindAsync(`127.0.0.1:${values.port}`, ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  for (const { method, rule, source } of auth.policy.table()) {
    console.log(`rule ${method.padEnd(44)}${rule.padEnd(64)}${source}`);
  }
  console.log(`listening on 127.0.0.1:${port}`);
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    // Streams that are left after five seconds are ended.
    const force = setTimeout(() => server.forceShutdown(), 5000);
    server.tryShutdown(() => {
      clearTimeout(force);
      metrics?.close();
      void auth.close();
    });
  });
}

async function load(config: string): Promise<LoadedAuth<JsonObject>> {
  try {
    return await loadAuth({
      file: config,
      services: [Orders.service, Health.service],
      streams: { graceSeconds: 0 },
      onDecision: logDecision,
      report: logEvent,
    });
  } catch (error) {
    if (error instanceof ConfigError) return end(error.message, 1);
    throw error;
  }
}

function end(text: string, code: number): never {
  console.error(text);
  process.exit(code);
}
