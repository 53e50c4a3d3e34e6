// Writes the README's files and runs its commands, on a free port.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { credentials, loadPackageDefinition, Metadata } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

const { ISSUER, TOKEN, SECRET } = process.env;
const env = { ...process.env, JWT_SECRET: SECRET };
const address = `127.0.0.1:${await freePort()}`;
const readme = readFileSync(process.argv[2], 'utf8').replaceAll('127.0.0.1:50051', address);
const blocks = [...readme.matchAll(/^```(\w+)(?: (\S+))?\n(.*?)^```$/gms)];
const named = blocks.filter(([, , name]) => name !== undefined);
const edits = named.filter(([, language]) => language === 'diff');
const [oidc = ''] = /(?<=`)authenticator: \{ use: oidc[^`]+/.exec(readme) ?? [];
const [shell = ''] = blocks.flatMap(([, , , code]) => (code.includes('client.js;') ? code : []));
const printed = [...shell.matchAll(/^# (.+)$/gm)].map(([, line]) => line);
// Get and List with a token that the server rejects, and Get without one.
const rejected = '16 UNAUTHENTICATED: The access token is not valid';
const invalid = [rejected, rejected, printed.at(-1)];
const FILES =
  'orders.proto server.js client.js policy.js grpc-authn.yaml configured.js handler.test.js';

for (const [, language, name, code] of named) if (language !== 'diff') writeFileSync(name, code);
assert.deepEqual(new Set(named.map(([, , name]) => name)), new Set(FILES.split(' ')));
assert.equal(edits.length, 2);
assert.ok(blocks.every(([, language, name]) => language === 'sh' || name !== undefined));
assert.equal(printed.length, 3);
const methods = [...readFileSync('orders.proto', 'utf8').matchAll(/\brpc (\w+)/g)];
assert.ok(methods.length > 0);
for (const [, method] of methods) {
  assert.match(readFileSync('client.js', 'utf8'), new RegExp(`client\\.${method}\\(`));
}
const asked = [...readme.matchAll(/^npm install (?:--save-dev )?(.+)$/gm)];
const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
assert.deepEqual(
  new Set(asked.flatMap(([, names]) => names.split(' '))),
  new Set(Object.keys(dependencies)),
);

await serving(() => clientPrints(printed));
for (const [, , name, diff] of edits) {
  edit(name, diff);
  await serving(() => clientPrints(printed));
}

await serving(async (nextLine, server) => {
  const file = readFileSync('grpc-authn.yaml', 'utf8');
  if (process.platform !== 'win32') {
    // A file that accepts more waits for the signal.
    writeFileSync('grpc-authn.yaml', file.replace('audience: orders', 'audience: [orders, other]'));
    assert.match(await nextLine(), /reload\(\{ allowWeaker: true \}\)/);
    assert.match(await nextLine(), /authenticator\.audience: /);
    await clientPrints(printed);
    server.kill('SIGHUP');
    assert.equal(await nextLine(), 'reloaded');
    await clientPrints(printed);
  }
  const other = randomBytes(32).toString('base64');
  writeFileSync('grpc-authn.yaml', file.replace('${JWT_SECRET}', other));
  assert.equal(await nextLine(), 'reloaded');
  await clientPrints(invalid);
  const provider = oidc.replace('https://id.example.com', ISSUER);
  const section = /^authenticator:.*?(?=^policy:)/ms;
  writeFileSync('grpc-authn.yaml', file.replace(section, `${provider}\n`));
  assert.equal(await nextLine(), 'reloaded');
  await clientPrints(invalid);
  const order = { id: 'o-1', placed_by: 'alice' };
  assert.deepEqual(await callEveryMethod(TOKEN), { Get: order, List: [order] });
});

assert.match(await output('--test', '--test-reporter=tap', 'handler.test.js'), /^# pass 1$/m);

async function serving(use) {
  const server = spawn(process.execPath, ['server.js'], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(server, 'exit');
  // Long enough for any machine; when the server exits, its lines end.
  const late = setTimeout(() => server.kill(), 600_000);
  const lines = createInterface({ input: server.stdout })[Symbol.asyncIterator]();
  const nextLine = async () => (await lines.next()).value;
  try {
    assert.equal(await nextLine(), `listening on ${address.split(':')[1]}`);
    await use(nextLine, server);
  } finally {
    clearTimeout(late);
    server.kill();
    await exited;
  }
}

async function clientPrints(lines) {
  assert.deepEqual((await output('client.js')).trimEnd().split('\n'), lines);
}

async function output(...args) {
  // A call that never ends fails here, and not as a run that hangs.
  return (await promisify(execFile)(process.execPath, args, { env, timeout: 120_000 })).stdout;
}

/** Replaces each run of removed lines by the added lines that follow it in the diff. */
function edit(name, diff) {
  let text = readFileSync(name, 'utf8');
  for (const [, gone, come] of diff.matchAll(/((?:^-.*\n)+)((?:^\+.*\n)*)/gm)) {
    const [before, after] = [gone, come].map((lines) => lines.replaceAll(/^[-+]/gm, ''));
    assert.equal(text.split(before).length, 2, `${name} has once: ${before}`);
    text = text.replace(before, () => after);
  }
  writeFileSync(name, text);
}

async function callEveryMethod(token) {
  const { orders } = loadPackageDefinition(loadSync('orders.proto', { keepCase: true }));
  const client = new orders.v1.Orders(address, credentials.createInsecure());
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${token}`);
  const answers = {};
  try {
    for (const { path, responseStream } of Object.values(orders.v1.Orders.service)) {
      const method = path.slice(path.lastIndexOf('/') + 1);
      answers[method] = responseStream
        ? await client[method]({}, metadata).toArray()
        : await promisify(client[method]).call(client, { id: 'o-1' }, metadata);
    }
    return answers;
  } finally {
    client.close();
  }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
