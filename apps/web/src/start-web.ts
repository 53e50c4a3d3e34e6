import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LOCAL_FOLDER } from '@grpc-authn/example/local-files';
import { type RunningProvider, startProvider, startServer } from '@grpc-authn/example/processes';
import { RESOURCES } from '@grpc-authn/example/resources';
import { servePage } from './page-server.ts';

const SERVER = fileURLToPath(new URL('server.js', import.meta.url));
const CONFIG = fileURLToPath(import.meta.resolve('@grpc-authn/example/config/introspection.yaml'));

export interface WebOptions {
  /** Of the page; 0 is any. Default 0. */
  readonly port?: number;
  /** How long an access token lives. Default 90. */
  readonly tokenSeconds?: number;
  /** The config of the server. Its secrets are in `../.local`. */
  readonly config?: string;
}

export interface RunningWeb {
  readonly address: string;
  readonly issuer: string;
  /** What the server has logged so far. */
  readonly log: readonly string[];
  stopProvider(): Promise<void>;
  /** At the same address, with the same keys. It has forgotten who is signed in. */
  startProvider(): Promise<void>;
  close(): Promise<void>;
}

/** Starts the provider, the orders server and the page. */
export async function startWeb(options: WebOptions = {}): Promise<RunningWeb> {
  const { port = 0, tokenSeconds = RESOURCES.page.seconds, config = CONFIG } = options;
  const page = await servePage(port);
  const local = config === CONFIG ? LOCAL_FOLDER : join(config, '../../.local');
  const provide = (at: string): Promise<RunningProvider> =>
    startProvider(
      local,
      '--page',
      page.address,
      '--page-token-seconds',
      String(tokenSeconds),
      '--port',
      at,
    );
  let provider = await provide('0');
  const { issuer } = provider;
  const origin = new URL(page.address).origin;
  const server = await startServer(
    SERVER,
    config,
    { ORDERS_ISSUER: issuer },
    '--page-origin',
    origin,
  );
  page.setSettings({
    issuer,
    clientId: 'page',
    resource: RESOURCES.page.name,
    api: server.address,
  });
  return {
    address: page.address,
    issuer,
    log: server.log,
    stopProvider: () => provider.stop(),
    async startProvider() {
      provider = await provide(new URL(issuer).port);
    },
    async close() {
      await Promise.all([page.close(), server.stop(), provider.stop()]);
    },
  };
}
