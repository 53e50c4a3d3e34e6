// Writes the files of a page of docs/servers, and runs its server, its client and its generator.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { delimiter, dirname } from 'node:path';
import { promisify } from 'node:util';

const page = readFileSync(process.argv[2], 'utf8');
const blocks = [...page.matchAll(/^```(\w+)(?: (\S+))?\n(.*?)^```$/gms)];
const [, shell] = blocks.filter(([, language]) => language === 'sh').map(([, , , code]) => code);
const printed = [...shell.matchAll(/^# (.+)$/gm)].map(([, line]) => line);
const port = String(await freePort());
for (const [, , name, code] of blocks) {
  if (name === undefined) continue;
  const own = code.replaceAll('https://id.example.com', process.env.ISSUER);
  writeFileSync(name, own.replaceAll('8080', port));
}
const asked = [...page.matchAll(/^npm install (?:--save-dev )?(.+)$/gm)];
const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
assert.deepEqual(
  new Set(asked.flatMap(([, names]) => names.split(' '))),
  new Set(Object.keys(dependencies).filter((name) => !name.startsWith('@types/'))),
);

if (shell.includes('npx buf generate')) await run('node_modules/@bufbuild/buf/bin/buf', 'generate');
const server = spawn(process.execPath, ['server.js'], { stdio: ['ignore', 'pipe', 'inherit'] });
try {
  const lines = createInterface({ input: server.stdout })[Symbol.asyncIterator]();
  assert.equal((await lines.next()).value, 'listening');
  assert.deepEqual((await run('client.js')).trimEnd().split('\n'), printed);
} finally {
  server.kill();
}

async function run(...args) {
  // npx, too, finds the commands of a project so.
  const PATH = ['node_modules/.bin', dirname(process.execPath), process.env.PATH].join(delimiter);
  const env = { ...process.env, PATH };
  // A call that never ends fails here, and not as a run that hangs.
  return (await promisify(execFile)(process.execPath, args, { env, timeout: 120_000 })).stdout;
}

async function freePort() {
  const listening = createServer().listen(0, '127.0.0.1');
  await once(listening, 'listening');
  const { port: free } = listening.address();
  listening.close();
  await once(listening, 'close');
  return free;
}
