// Runs the server of a binding's README with the .proto, the client and the output of the README of grpc-authn.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const env = { ...process.env, JWT_SECRET: process.env.SECRET };
const port = await freePort();
const [main, own] = process.argv
  .slice(2)
  .map((file) => readFileSync(file, 'utf8').replaceAll('127.0.0.1:50051', `127.0.0.1:${port}`));
const blocks = (text) => [...text.matchAll(/^```(\w+)(?: (\S+))?\n(.*?)^```$/gms)];
const FILES = [
  ['orders.proto', main],
  ['client.js', main],
  [own.includes('```ts server.ts') ? 'server.ts' : 'server.js', own],
];
for (const [file, text] of FILES) {
  const block = blocks(text).find(([, language, name]) => name === file && language !== 'diff');
  writeFileSync(file, block[3]);
}
const [shell] = blocks(main).flatMap(([, , , code]) => (code.includes('client.js;') ? code : []));
const printed = [...shell.matchAll(/^# (.+)$/gm)].map(([, line]) => line);
assert.equal(printed.length, 3);
const asked = [...own.matchAll(/^npm install (.+)$/gm)]
  .flatMap(([, names]) => names.split(' '))
  .filter((name) => name !== '--save-dev' && !name.startsWith('@types/'));
const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
const installed = Object.keys(dependencies).filter((name) => !name.startsWith('@types/'));
assert.deepEqual(new Set(asked), new Set(installed));

if (asked.includes('typescript')) {
  const options =
    '--module nodenext --target es2022 --strict --experimentalDecorators --skipLibCheck';
  const tsc = ['node_modules/typescript/bin/tsc', 'server.ts', ...options.split(' ')];
  await promisify(execFile)(process.execPath, tsc);
}

const server = spawn(process.execPath, ['server.js'], {
  env,
  stdio: ['ignore', 'pipe', 'inherit'],
});
const exited = once(server, 'exit');
try {
  const lines = createInterface({ input: server.stdout })[Symbol.asyncIterator]();
  // A framework may log before.
  const listening = new RegExp(`^listening on (127\\.0\\.0\\.1:)?${port}$`);
  for (;;) {
    const { value, done } = await lines.next();
    assert.equal(done, false);
    if (listening.test(value)) break;
  }
  const { stdout } = await promisify(execFile)(process.execPath, ['client.js'], {
    env,
    timeout: 120_000,
  });
  assert.deepEqual(stdout.trimEnd().split('\n'), printed);
} finally {
  server.kill();
  await exited;
}

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port: free } = probe.address();
  probe.close();
  await once(probe, 'close');
  return free;
}
