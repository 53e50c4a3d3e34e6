// Runs a real OpenID provider, the example server and a JavaScript client as separate processes, once for
// each
// config file, makes every kind of call with good and bad tokens, changes the provider under load, and prints
// a
// row for each case. Exits with 1 if a row differs from the expected one.
import { copyFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { CALL_KINDS, type DemoCase } from './cases.ts';
import { callChain } from './chain.ts';
import { LIVE, swapLive } from './live-swap.ts';
import { type RunningClient, type RunningServer, startClient, startServer } from './processes.ts';
import { type Scene, scenesOn, type Step } from './scenes.ts';
import { Stage } from './stage.ts';
import { printHeading, printRow, type Row } from './table.ts';

/** A scene that has run, and its processes that still run. */
interface Played {
  readonly scene: Scene;
  readonly server: RunningServer;
  readonly client: RunningClient;
}

const { values } = parseArgs({ options: { server: { type: 'string' } } });
const serverFile = values.server ?? fileURLToPath(new URL('../server.js', import.meta.url));

let rows = 0;
let different = 0;
const played: Played[] = [];

console.log('starting a provider');
const stage = await Stage.set();
try {
  for (const scene of scenesOn(stage)) await play(scene);
  await changeProvider();
  await callInChain();
  await takeDown();
} finally {
  for (const { client, server } of played) await Promise.all([client.stop(), server.stop()]);
  await stage.clear();
}
console.log(`\n${rows} rows, ${different === 0 ? 'all as expected' : `${different} DIFFERENT`}`);
process.exitCode = different === 0 ? 0 : 1;

async function play(scene: Scene): Promise<void> {
  const server = await start(scene.config, scene.issuer);
  const client = startClient(server.address);
  played.push({ scene, server, client });
  if (scene.showPolicy === true) console.log(`\npolicy\n${rulesOf(server).join('\n')}`);
  for await (const step of scene.steps()) await run(step, client);
}

async function run({ title, cases }: Step, client: RunningClient): Promise<void> {
  printHeading(title);
  for (const each of cases) await runCase(each, client);
}

async function runCase(
  { name, authorization, expected, kinds = CALL_KINDS }: DemoCase,
  client: RunningClient,
): Promise<void> {
  for (const kind of kinds) {
    const { status, reason, received } = await client.call(kind, authorization);
    // OK without an answer would be an empty success, which no handler here returns.
    const got = status === 'OK' && received.length === 0 ? 'OK, but empty' : status;
    print({ name, kind, expected, got, reason });
  }
}

/** One server whose config is changed while it is called. */
async function changeProvider(): Promise<void> {
  await copyFile(stage.config('hs256'), stage.config(LIVE));
  const server = await start(LIVE, stage.provider.issuer);
  printHeading('the provider is changed under load');
  try {
    for await (const row of swapLive(stage, server)) print(row);
  } finally {
    await server.stop();
  }
}

/** Three services that call each other on the shop's behalf. */
async function callInChain(): Promise<void> {
  printHeading('a chain of services');
  for await (const row of callChain(stage)) print(row);
}

async function takeDown(): Promise<void> {
  printHeading('the provider is about to stop');
  for (const { scene, client } of played) {
    for (const each of (await scene.beforeOutage?.()) ?? []) await runCase(each, client);
  }
  printHeading('the provider is down');
  await stage.provider.stop();
  for (const { scene, client } of played) {
    for (const each of scene.outage) await runCase(each, client);
  }
}

function start(config: string, issuer: string): Promise<RunningServer> {
  console.log(`\nstarting a server with ${config}.yaml`);
  return startServer(serverFile, stage.config(config), { ORDERS_ISSUER: issuer });
}

function rulesOf({ log }: RunningServer): readonly string[] {
  return log.filter((line) => line.startsWith('rule '));
}

function print(row: Row): void {
  rows += 1;
  if (!printRow(row)) different += 1;
}
