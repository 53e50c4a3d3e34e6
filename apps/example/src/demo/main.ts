// Runs the example server and a JavaScript client as processes of their own, makes every kind of call
// with good and bad tokens, and prints one row a case. Exits with 1 if a row is not as wanted.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { CALL_KINDS, type DemoCase, hs256Cases } from './cases.ts';
import { type RunningClient, startClient, startServer } from './processes.ts';
import { printHeading, printRow } from './table.ts';

const { values } = parseArgs({ options: { server: { type: 'string' } } });
const serverFile = values.server ?? fileURLToPath(new URL('../server.js', import.meta.url));

const secret = crypto.getRandomValues(new Uint8Array(32));
const server = await startServer(serverFile, {
  ORDERS_JWT_SECRET: Buffer.from(secret).toString('base64'),
});
const client = startClient(server.address);
const different = await runCases('hs256', await hs256Cases(secret), client);
await client.stop();
await server.stop();

console.log(different === 0 ? '\nall rows as wanted' : `\n${different} rows differ`);
process.exitCode = different === 0 ? 0 : 1;

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
