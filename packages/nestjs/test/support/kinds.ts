import { currentPrincipal } from '@grpc-authn/core';
import { readAuthFailure } from '@grpc-authn/core/client';
import { Controller } from '@nestjs/common';
import { GrpcMethod, GrpcStreamMethod } from '@nestjs/microservices';
import { defer, map, type Observable, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { RequireScopes } from '../../src/index.ts';
import { authenticator, startMicroservice } from './app.ts';
import { call, KINDS } from './client.ts';
import { CallEcho, ObservableEcho } from './controllers.ts';
import { parsed, type Text } from './echo.ts';

@Controller()
@RequireScopes('read')
class ContextEcho {
  @GrpcMethod('Echo', 'Unary')
  async unary(): Promise<Text> {
    await new Promise(setImmediate);
    return callerOfContext();
  }

  @GrpcStreamMethod('Echo', 'Collect')
  collect(messages: Observable<Text>): Observable<Text> {
    return messages.pipe(map(callerOfContext));
  }

  @GrpcMethod('Echo', 'List')
  list(): Observable<Text> {
    return defer(() => of(callerOfContext()));
  }

  @GrpcStreamMethod('Echo', 'Chat')
  chat(messages: Observable<Text>): Observable<Text> {
    return messages.pipe(map(callerOfContext));
  }
}

function callerOfContext(): Text {
  return { text: currentPrincipal()?.subject ?? 'nobody' };
}

export function describeKinds(): void {
  it.each(KINDS)('currentPrincipal() is the caller: %s', async (_, method) => {
    const address = await startMicroservice({
      controllers: [ContextEcho],
      auth: { authenticator, propagation: 'async_context' },
    });
    expect((await call(address, { method, token: 'alice' })).texts).toEqual(['alice']);
  });

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
