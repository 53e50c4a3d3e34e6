import { readAuthFailure } from '@grpc-authn/core/client';
import { describe, expect, it } from 'vitest';
import { startMicroservice } from './app.ts';
import { call, KINDS } from './client.ts';
import { CallEcho, ObservableEcho } from './controllers.ts';
import { parsed } from './echo.ts';

export function describeKinds(): void {
  describe.each([
    ['Observables', ObservableEcho],
    ['calls', CallEcho],
  ])('handlers with %s', (_, controller) => {
    describe.each(KINDS)('%s', (kind, method) => {
      it('passes the caller to the handler', async () => {
        const address = await startMicroservice({ controllers: [controller] });
        const { texts, code } = await call(address, { method, token: 'alice' });
        expect(code).toBe('OK');
        expect(texts.join(' ')).toBe(kind === 'server stream' ? 'alice alicem' : 'alicem');
      });

      it('is refused with its status and trailers before a message is read', async () => {
        const address = await startMicroservice({ controllers: [controller] });
        parsed.length = 0;
        const bad = await call(address, { method, token: 'bad' });
        expect(bad.code).toBe('UNAUTHENTICATED');
        expect(readAuthFailure(bad.error)).toMatchObject({ reason: 'TOKEN_INVALID' });
        const mallory = await call(address, { method, token: 'mallory' });
        expect(mallory.code).toBe('PERMISSION_DENIED');
        expect(readAuthFailure(mallory.error)).toMatchObject({ requiredScopes: ['read'] });
        expect(parsed).toEqual([]);
      });
    });
  });
}
