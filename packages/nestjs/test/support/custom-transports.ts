import { Metadata, status } from '@grpc/grpc-js';
import { type GrpcOptions, Server, ServerGrpc } from '@nestjs/microservices';
import { EMPTY, lastValueFrom, type Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { startApp, startMicroservice } from './app.ts';
import { call } from './client.ts';
import { ObservableEcho, UnruledEcho } from './controllers.ts';
import { silenceWarnings } from './forgotten.ts';

/** Transports that are not made by NestJS. */
export function describeCustomTransports(): void {
  describe('a custom transport', () => {
    it('that extends the one of NestJS is protected in the same way', async () => {
      const strategy = (options: GrpcOptions['options']) => new ServerGrpc(options);
      const address = await startMicroservice({ controllers: [ObservableEcho] }, strategy);
      expect((await call(address, { token: 'alice' })).code).toBe('OK');
      expect((await call(address, { token: 'mallory' })).code).toBe('PERMISSION_DENIED');
      const open = startMicroservice({ controllers: [ObservableEcho], auth: false }, strategy);
      await expect(open).rejects.toThrow('expected options of withGrpcAuth()');
    });

    it('does not start with handlers that are not guarded', async () => {
      const start = startMicroservice({ controllers: [ObservableEcho] }, (options) => {
        const server = new ServerGrpc(options);
        server.addHandler('another', () => Promise.resolve());
        return server;
      });
      await expect(start).rejects.toThrow('expected handlers added by addHandler()');
    });
  });

  describe('a custom transport of an unknown kind', () => {
    class Unknown extends Server {
      listen(callback: () => void): void {
        callback();
      }

      close(): void {}

      override on(): void {}

      override unwrap(): never {
        throw new Error('nothing to unwrap');
      }
    }

    it('reaches no gRPC handler without the interceptor', async () => {
      silenceWarnings();
      const server = new Unknown();
      await startApp({ controllers: [UnruledEcho] }, { strategy: server });
      const pattern = JSON.stringify({ service: 'Echo', rpc: 'Unary', streaming: 'no_stream' });
      const metadata = new Metadata();
      const handler = server.getHandlerByPattern(pattern) as
        | ((...args: readonly unknown[]) => Promise<Observable<unknown>>)
        | null;
      const answer = handler?.({ text: 'm' }, metadata, { metadata });
      const refused = lastValueFrom((await answer) ?? EMPTY);
      await expect(refused).rejects.toMatchObject({ code: status.INTERNAL });
    });
  });
}
