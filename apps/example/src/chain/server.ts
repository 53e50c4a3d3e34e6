// One service of a chain. It answers who its caller is, and asks the next service with its caller's own token, or
// with one that it gets in exchange for it.
import { parseArgs } from 'node:util';
import { type sendUnaryData, Server, ServerCredentials, type ServerUnaryCall } from '@grpc/grpc-js';
import type { TokenSource } from '@grpc-authn/client';
import { createCallerTokenSource } from '@grpc-authn/client/grpc-js';
import { loadAuth } from '@grpc-authn/config';
import { getPrincipal } from '@grpc-authn/core';
import { LocalFiles } from '../local-files.ts';
import { logDecision, logEvent } from '../log.ts';
import { Link } from './chain-proto.js';
import { ExchangedTokens } from './exchanged-tokens.ts';
import { type Hop, LinkClient } from './link-client.ts';

type TraceCall = ServerUnaryCall<object, { hops: readonly Hop[] }>;

const { values, positionals } = parseArgs({
  options: {
    name: { type: 'string', default: 'service' },
    /** The address of the next service. */
    next: { type: 'string' },
    /** The audience of the next service, where it is another one. */
    exchange: { type: 'string' },
    folder: { type: 'string' },
  },
  allowPositionals: true,
});
const [file = 'config/chain.yaml'] = positionals;
const { name, exchange } = values;
const next = values.next === undefined ? undefined : new LinkClient(values.next);
const exchanged = exchange === undefined ? undefined : await exchangedTokens(exchange);

const auth = await loadAuth({
  file,
  services: [Link.service],
  // For calls on the caller's behalf.
  forwardToken: 'always',
  onDecision: logDecision,
  report: logEvent,
});
const server = new Server({ interceptors: [auth.interceptor] });
server.addService(Link.service, {
  trace(call: TraceCall, respond: sendUnaryData<{ hops: readonly Hop[] }>) {
    trace(call).then(
      (hops) => respond(null, { hops }),
      (error: Error) => respond(error),
    );
  },
});
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  console.log(`listening on 127.0.0.1:${port}`);
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    server.forceShutdown();
    next?.close();
    void Promise.all([auth.close(), exchanged?.close()]);
  });
}

async function trace(call: TraceCall): Promise<readonly Hop[]> {
  const { subject = '', clientId = '', audience } = getPrincipal(call);
  const hop: Hop = { service: name, subject, clientId, audience };
  if (next === undefined) return [hop];
  const { hops } = await next.trace(await sourceFor(call), call);
  return [hop, ...hops];
}

async function sourceFor(call: TraceCall): Promise<TokenSource> {
  return exchanged?.sourceFor(call) ?? createCallerTokenSource(call);
}

async function exchangedTokens(audience: string): Promise<ExchangedTokens> {
  const secret = await new LocalFiles(values.folder).secret('orders');
  return new ExchangedTokens({
    issuer: process.env['ORDERS_ISSUER'] ?? '',
    clientId: 'orders',
    clientAuthentication: { method: 'client_secret_basic', secret },
    audience,
  });
}
