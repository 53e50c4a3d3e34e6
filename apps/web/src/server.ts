// The orders server for browsers: the same orders and config files as src/server.ts of the example, with Connect.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { loadAuth } from '@grpc-authn/config';
import { connectCors, createConnectAuth } from '@grpc-authn/connect';
import { logDecision, logEvent, logReload } from '@grpc-authn/example/log';
import cors from 'cors';
import { Health } from './gen/grpc/health/v1/health_pb.ts';
import { Orders } from './gen/orders/v1/orders_pb.ts';
import { routes } from './routes.ts';

const { values, positionals } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    /** The origin of the page, which alone may call. */
    'page-origin': { type: 'string', default: 'http://127.0.0.1:4173' },
  },
  allowPositionals: true,
});

const auth = await loadAuth({
  file: positionals[0] ?? 'config/introspection.yaml',
  services: [Orders, Health],
  streams: { graceSeconds: 0 },
  onDecision: logDecision,
  report: logEvent,
});
auth.watch({ onReload: logReload });

const { guard, authenticator } = auth;
const { requestGate, interceptor, contextValues } = createConnectAuth({ guard, authenticator });
const answer = connectNodeAdapter({
  routes,
  requestGate,
  interceptors: [interceptor],
  contextValues,
});
const withCors = cors({
  origin: values['page-origin'],
  methods: ['GET', 'POST'],
  allowedHeaders: [...connectCors.allowedHeaders],
  exposedHeaders: [...connectCors.exposedHeaders],
});
const server = createServer((request, response) => {
  withCors(request, response, () => answer(request, response));
});
server.listen(Number(values.port), '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    server.close(() => void auth.close());
    server.closeAllConnections();
  });
}
