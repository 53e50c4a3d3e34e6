import {
  type Metadata,
  ServerInterceptingCall,
  type ServerInterceptor,
  status,
} from '@grpc/grpc-js';
import type { Verifier } from '../contenders/contender.ts';

const CLAIMS = Symbol('claims');

/** As an application writes it around a library: read the token, check it, pass the claims on. */
export function handWrittenInterceptor(verifier: Verifier): ServerInterceptor {
  return (_method, call) => {
    const refuse = (): void => {
      call.sendStatus({ code: status.UNAUTHENTICATED, details: 'a valid token is required' });
    };
    return new ServerInterceptingCall(call, {
      start(next) {
        next({
          onReceiveMetadata(metadata, pass) {
            const admit = (claims: unknown): void => {
              (metadata as Opaque).setOpaque(CLAIMS, claims);
              pass(metadata);
            };
            let claims: unknown;
            try {
              claims = verifier.check(tokenOf(metadata));
            } catch {
              refuse();
              return;
            }
            if (claims instanceof Promise) {
              claims.then((late) => (late instanceof Error ? refuse() : admit(late)), refuse);
            } else admit(claims);
          },
        });
      },
    });
  };
}

type Opaque = Metadata & { setOpaque(key: symbol, value: unknown): void };

function tokenOf(metadata: Metadata): string {
  const [value] = metadata.get('authorization');
  return typeof value === 'string' && value.startsWith('Bearer ') ? value.slice(7) : '';
}
