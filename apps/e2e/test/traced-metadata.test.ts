import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { it } from 'node:test';

/** A server and one call. GRPC_TRACE is read when grpc-js is imported, so they need a process of their own. */
const SCRIPT = `
import grpc from '@grpc/grpc-js';
const toBytes = (text) => Buffer.from(text);
const method = {
  path: '/a.B/C', requestStream: false, responseStream: false,
  requestSerialize: toBytes, requestDeserialize: String,
  responseSerialize: toBytes, responseDeserialize: String,
};
const server = new grpc.Server();
server.addService({ C: method }, { C: (_call, respond) => respond(null, 'done') });
server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (_error, port) => {
  const client = new (grpc.makeClientConstructor({ C: method }, 'B'))(
    '127.0.0.1:' + port, grpc.credentials.createInsecure());
  const metadata = new grpc.Metadata();
  metadata.set('authorization', 'Bearer canary');
  client.C('hello', metadata, (error) => {
    client.close();
    server.forceShutdown();
    if (error) throw error;
  });
});
`;

it('grpc-js prints tokens with GRPC_TRACE, as SECURITY.md says, and else does not', () => {
  const printedWith = (trace: Readonly<Record<string, string>>): string => {
    const { status, stderr } = spawnSync(
      process.execPath,
      ['--input-type=module', '--eval', SCRIPT],
      { encoding: 'utf8', cwd: import.meta.dirname, env: { ...process.env, ...trace } },
    );
    assert.equal(status, 0, stderr);
    return stderr;
  };
  assert.match(
    printedWith({ GRPC_TRACE: 'server_call', GRPC_VERBOSITY: 'DEBUG' }),
    /Bearer canary/,
  );
  assert.doesNotMatch(printedWith({}), /canary/);
});
