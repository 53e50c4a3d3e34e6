import { Metadata, ServerInterceptingCall, type ServerInterceptor, status } from '@grpc/grpc-js';
import { importJWK, jwtVerify } from 'jose';
import { AUDIENCE } from '../tokens.ts';
import type { Trust } from './adapters.ts';

/** What is often written by hand: jose verifies each token, without a queue, a limit or a cache. */
export async function createNaiveInterceptor({ issuer, jwk }: Trust): Promise<ServerInterceptor> {
  const key = await importJWK(jwk as never, 'ES256');
  const options = { issuer, audience: AUDIENCE, algorithms: ['ES256'] };
  return (_method, call) =>
    new ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMetadata(metadata, pass) {
            const [value] = metadata.get('authorization');
            const token = String(value).replace(/^Bearer /, '');
            jwtVerify(token, key, options).then(
              () => pass(metadata),
              () => {
                const code = status.UNAUTHENTICATED;
                call.sendStatus({ code, details: 'invalid token', metadata: new Metadata() });
              },
            );
          },
        }),
    });
}
