// The command, installed elsewhere: it finds config and adapters in the project, which does not have the command.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const { HS256_ISSUER, HS256_TOKEN } = process.env;
const ELSEWHERE = join(import.meta.dirname, '..', 'cli-elsewhere');
const BIN = join(ELSEWHERE, 'node_modules/@grpc-authn/cli/dist/bin.js');

if (!existsSync(BIN)) {
  mkdirSync(ELSEWHERE, { recursive: true });
  writeFileSync(join(ELSEWHERE, 'package.json'), '{ "private": true }');
  cpSync('.npmrc', join(ELSEWHERE, '.npmrc'));
  const options = { cwd: ELSEWHERE, encoding: 'utf8', shell: process.platform === 'win32' };
  const { status, stderr } = spawnSync('npm', ['install', '@grpc-authn/cli'], options);
  assert.equal(status, 0, stderr);
}
assert.ok(!existsSync(join(ELSEWHERE, 'node_modules/@grpc-authn/hs256')));

function run(args, input = '') {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...args], {
    encoding: 'utf8',
    input,
  });
  return { status, output: stdout + stderr };
}

writeFileSync(
  'cli.yaml',
  `authenticator:
  use: hs256
  issuer: ${HS256_ISSUER}
  audience: orders
  secrets: [{ text: "\${SECRET}", encoding: base64 }]
policy: { rules: { orders.v1.Orders/Get: authenticated, orders.v1.Orders/Refund: deny } }
`,
);
const checked = run(['check', 'cli.yaml']);
assert.equal(checked.status, 0, checked.output);
const allowed = run(['explain', 'cli.yaml', '--method', 'orders.v1.Orders/Get'], HS256_TOKEN);
assert.equal(allowed.status, 0, allowed.output);
assert.match(allowed.output, /subject +alice/);
const denied = run(['explain', 'cli.yaml', '--method', 'orders.v1.Orders/Refund'], HS256_TOKEN);
assert.equal(denied.status, 1, denied.output);
const methods = run(['can-i', 'cli.yaml', '--json'], HS256_TOKEN);
assert.equal(methods.status, 0, methods.output);
assert.equal(run(['call', '127.0.0.1:1', 'orders.v1.Orders/Get'], HS256_TOKEN).status, 1);
assert.equal(run(['explain', 'cli.yaml', HS256_TOKEN]).status, 2);

rmSync('init.yaml', { force: true });
const init = run(['init', 'keycloak', '--from-env', '--file', 'init.yaml']);
assert.equal(init.status, 0, init.output);
// The project lacks the adapter.
process.env.KEYCLOAK_URL = 'https://id.example.com';
process.env.KEYCLOAK_REALM = process.env.KEYCLOAK_AUDIENCE = 'orders';
const lacking = run(['check', 'init.yaml']);
assert.equal(lacking.status, 1);
assert.match(lacking.output, /npm install @grpc-authn\/oidc/);
