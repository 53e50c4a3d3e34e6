import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  ChannelCredentials,
  ServerCredentials,
  ServerInterceptingCall,
  type ServerInterceptor,
  status,
} from '@grpc/grpc-js';
import { generate } from 'selfsigned';
import { EchoClient } from '../support/echo-client.ts';
import { CALL_KINDS } from '../support/echo-server.ts';
import { hs256, token } from '../support/tokens.ts';
import { withEcho } from '../support/with-echo.ts';

/** A self-signed certificate, for the server and the client. */
const pem = await generate([{ name: 'commonName', value: 'localhost' }], {
  keySize: 2048,
  extensions: [
    { name: 'basicConstraints', cA: true },
    { name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] },
  ],
});
const [ca, cert, key] = [pem.cert, pem.cert, pem.private].map((text) => Buffer.from(text));

/** By name: newer Node.js accepts no address as a server name. */
function connect(port: number): EchoClient {
  return new EchoClient(`localhost:${port}`, ChannelCredentials.createSsl(ca, key, cert));
}

describe('over mutual TLS', () => {
  it('all four kinds are accepted and rejected, and the expensive certificate is never read', async () => {
    let asked = 0;
    class Counting extends ServerInterceptingCall {
      override getAuthContext(): ReturnType<ServerInterceptingCall['getAuthContext']> {
        asked += 1;
        return super.getAuthContext();
      }
    }
    const counting: ServerInterceptor = (_method, call) => new Counting(call);
    const credentials = ServerCredentials.createSsl(
      ca!,
      [{ cert_chain: cert!, private_key: key! }],
      true,
    );
    await withEcho(
      { authenticator: hs256() },
      async ({ server }) => {
        const client = connect(server.port);
        for (const kind of CALL_KINDS) {
          const good = await client.call(kind, { authorization: `Bearer ${await token()}` });
          assert.equal(good.code, status.OK);
          assert.equal((await client.call(kind)).code, status.UNAUTHENTICATED);
        }
        client.close();
      },
      { interceptors: [counting], credentials },
    );
    assert.equal(asked, 0);
  });

  it('an authenticator that reads the certificate gets its DER', async () => {
    const sizes: number[] = [];
    const credentials = ServerCredentials.createSsl(
      ca!,
      [{ cert_chain: cert!, private_key: key! }],
      true,
    );
    const sound = hs256();
    const curious = {
      name: 'curious',
      authenticate: ((given, context) => {
        sizes.push(context.peer?.certificate?.byteLength ?? 0);
        return sound.authenticate(given, context);
      }) satisfies typeof sound.authenticate,
    };
    await withEcho(
      { authenticator: curious },
      async ({ server }) => {
        const client = connect(server.port);
        await client.call('unary', { authorization: `Bearer ${await token()}` });
        client.close();
      },
      { credentials },
    );
    assert.equal(sizes.length, 1);
    assert.ok((sizes[0] ?? 0) > 300);
  });
});
