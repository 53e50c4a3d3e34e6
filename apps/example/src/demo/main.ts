// Runs the example server and a JavaScript client as processes of their own, once for each adapter,
// makes every kind of call with good and bad tokens, and prints one row a case. Exits with 1 if a row
// is not as wanted.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startTestIssuer } from '@grpc-authn/testing';
import { CALL_KINDS, type DemoCase, hs256Cases, providerCases } from './cases.ts';
import { type RunningClient, startClient, startServer } from './processes.ts';
import { printHeading, printRow } from './table.ts';

const { values } = parseArgs({ options: { server: { type: 'string' } } });
const serverFile = values.server ?? fileURLToPath(new URL('../server.js', import.meta.url));

const issuer = await startTestIssuer();
let different = 0;
different += await demonstrateHs256();
different += await demonstrateProvider('jwks', { ORDERS_JWKS_URL: issuer.jwksUri });
different += await demonstrateProvider('oidc', {});
await issuer.close();

console.log(different === 0 ? '\nall rows as wanted' : `\n${different} rows differ`);
process.exitCode = different === 0 ? 0 : 1;

function demonstrateHs256(): Promise<number> {
  const secret = crypto.getRandomValues(new Uint8Array(32));
  const login = 'https://login.example.com';
  const env = {
    ORDERS_AUTH: 'hs256',
    ORDERS_ISSUER: login,
    ORDERS_JWT_SECRET: Buffer.from(secret).toString('base64'),
  };
  return withServer(env, async (client) =>
    runCases('hs256: a shared secret', await hs256Cases(login, secret), client),
  );
}

function demonstrateProvider(
  adapter: 'jwks' | 'oidc',
  env: Readonly<Record<string, string>>,
): Promise<number> {
  const named = { ORDERS_AUTH: adapter, ORDERS_ISSUER: issuer.issuer, ...env };
  return withServer(named, async (client) => {
    const title = adapter === 'jwks' ? 'jwks: public keys from a URL' : 'oidc: keys by discovery';
    let wrong = await runCases(title, await providerCases(issuer), client);
    const before = await issuer.sign({ aud: 'orders' });
    await issuer.rotateKeys({ keepOld: true });
    const after = await issuer.sign({ aud: 'orders' });
    const rotated: readonly DemoCase[] = [
      { name: 'a new key', authorization: `Bearer ${after}`, wanted: 'OK' },
      { name: 'the old key still', authorization: `Bearer ${before}`, wanted: 'OK' },
    ];
    wrong += await runCases(`${adapter}: the provider rotates its keys`, rotated, client);
    issuer.fail('down');
    const down = [{ name: 'known key', authorization: `Bearer ${after}`, wanted: 'OK' }];
    wrong += await runCases(`${adapter}: the provider is down`, down, client);
    issuer.fail('none');
    return wrong;
  });
}

async function withServer(
  env: Readonly<Record<string, string>>,
  use: (client: RunningClient) => Promise<number>,
): Promise<number> {
  const server = await startServer(serverFile, env);
  const client = startClient(server.address);
  try {
    return await use(client);
  } finally {
    await client.stop();
    await server.stop();
  }
}

async function runCases(
  title: string,
  cases: readonly DemoCase[],
  caller: RunningClient,
): Promise<number> {
  let wrong = 0;
  printHeading(title);
  for (const { name, authorization, wanted } of cases) {
    for (const kind of CALL_KINDS) {
      const { status, received } = await caller.call(kind, authorization);
      // An OK without an answer would be an empty success, which no handler here gives.
      const got = status === 'OK' && received.length === 0 ? 'OK, but empty' : status;
      if (!printRow({ name, kind, wanted, got })) wrong += 1;
    }
  }
  return wrong;
}
