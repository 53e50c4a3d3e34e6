import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Client, credentials, status } from '@grpc/grpc-js';
import { HS256_CONFIG } from '../support/config-file.ts';

const SERVER = fileURLToPath(new URL('../../../example/dist/server.js', import.meta.url));
const [major = 0] = process.versions.node.split('.').map(Number);

const folder = mkdtempSync(join(tmpdir(), 'grpc-authn-telemetry-'));
let server: ChildProcess | undefined;
after(() => {
  server?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** Starts the example with --telemetry. Returns the address of its page and of the server. */
async function startExample(): Promise<{ readonly page: string; readonly address: string }> {
  const file = join(folder, 'grpc-authn.yaml');
  writeFileSync(file, JSON.stringify({ authenticator: HS256_CONFIG }));
  const args = [SERVER, file, '--telemetry', '--metrics-port', '0'];
  server = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  assert.ok(server.stdout);
  let page = '';
  for await (const line of createInterface({ input: server.stdout })) {
    page = /^metrics on (.+)$/.exec(line)?.[1] ?? page;
    const [, address] = /^listening on (.+)$/.exec(line) ?? [];
    if (address !== undefined) return { page, address };
  }
  throw new Error('the example did not start');
}

// The SDK of OpenTelemetry needs it.
const skip = major < 22 && 'needs Node.js 22';

it('the example serves metrics for Prometheus with --telemetry', { skip }, async () => {
  const { page, address } = await startExample();
  const client = new Client(address, credentials.createInsecure());
  const bytes = (value: Buffer): Buffer => value;
  const code = await new Promise((resolve) =>
    client.makeUnaryRequest('/orders.v1.Orders/Get', bytes, bytes, Buffer.alloc(0), (error) =>
      resolve(error?.code),
    ),
  );
  client.close();
  assert.equal(code, status.UNAUTHENTICATED);
  const metrics = await (await fetch(page)).text();
  assert.match(
    metrics,
    /^grpc_authn_decisions_total\{[^}]*rpc_method="orders\.v1\.Orders\/Get"[^}]*grpc_authn_reason="absent"[^}]*\} 1$/m,
  );
});
