// Runs the example server and a JavaScript client as processes of their own, once for each way to
// verify, makes every kind of call with good and bad tokens, and prints one row a case. Exits with 1
// if a row is not as wanted.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startTestIssuer } from '@grpc-authn/testing';
import { CALL_KINDS, type DemoCase } from './cases.ts';
import { type RunningClient, startClient, startServer } from './processes.ts';
import { type Scene, scenesWith } from './scenes.ts';
import { printHeading, printRow } from './table.ts';

const { values } = parseArgs({ options: { server: { type: 'string' } } });
const serverFile = values.server ?? fileURLToPath(new URL('../server.js', import.meta.url));

const issuer = await startTestIssuer();
let rows = 0;
let different = 0;
for (const scene of scenesWith(issuer)) await play(scene);
await issuer.close();
console.log(`\n${rows} rows, ${different === 0 ? 'all as wanted' : `${different} DIFFERENT`}`);
process.exitCode = different === 0 ? 0 : 1;

async function play(scene: Scene): Promise<void> {
  const server = await startServer(serverFile, scene.env);
  const client = startClient(server.address);
  try {
    if (scene.showPolicy === true) console.log(`\npolicy\n${server.said.join('\n')}`);
    for await (const { title, cases } of scene.steps()) await run(title, cases, client);
  } finally {
    await client.stop();
    await server.stop();
  }
}

async function run(
  title: string,
  cases: readonly DemoCase[],
  client: RunningClient,
): Promise<void> {
  printHeading(title);
  for (const { name, authorization, wanted, kinds = CALL_KINDS } of cases) {
    for (const kind of kinds) {
      const { status, reason, received } = await client.call(kind, authorization);
      // An OK without an answer would be an empty success, which no handler here gives.
      const got = status === 'OK' && received.length === 0 ? 'OK, but empty' : status;
      rows += 1;
      if (!printRow({ name, kind, wanted, got, reason })) different += 1;
    }
  }
}
