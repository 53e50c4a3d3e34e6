// A real OpenID provider on loopback, in its own process. On SIGHUP it signs with a new key.
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { Provider } from 'oidc-provider';
import { allowExchange } from './exchange-grant.ts';
import { LOCAL_FOLDER, LocalFiles } from './local-files.ts';
import {
  type PageClient,
  providerConfiguration,
  resourceServer,
} from './provider-configuration.ts';
import { RESOURCES } from './resources.ts';
import { answerSignIn } from './sign-in/sign-in.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    folder: { type: 'string', default: LOCAL_FOLDER },
    // The address of the page whose users may sign in.
    page: { type: 'string' },
    'page-token-seconds': { type: 'string', default: String(RESOURCES.page.seconds) },
  },
});
const page: PageClient | undefined =
  values.page === undefined
    ? undefined
    : { redirectUri: values.page, tokenSeconds: Number(values['page-token-seconds']) };
const local = new LocalFiles(values.folder);
await local.prepare();

let answer: RequestListener;
const server = createServer((request, response) => answer(request, response));
server.listen(Number(values.port), '127.0.0.1', () => void start());
process.on('SIGHUP', () => void rotate());
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    server.close();
    server.closeAllConnections();
  });
}

async function start(): Promise<void> {
  answer = await createAnswer();
  console.log(`listening on ${issuer()}`);
}

/** The old key stays published, so that its tokens stay valid. */
async function rotate(): Promise<void> {
  await local.addKey();
  answer = await createAnswer();
  console.log('rotated');
}

async function createAnswer(): Promise<RequestListener> {
  const provider = new Provider(issuer(), await providerConfiguration(local, page));
  allowExchange(provider, await local.publicKeys(), resourceServer);
  const handle = provider.callback();
  const signIn = page === undefined ? undefined : answerSignIn(provider, page.redirectUri);
  return (request, response) => {
    if (signIn?.(request, response) !== true) void handle(request, response);
  };
}

function issuer(): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
