import {
  type Authenticator,
  type AuthenticatorEvent,
  createPrincipal,
  type ManagedAuthenticator,
} from '@grpc-authn/core';
import { createFakeClock } from '@grpc-authn/testing';
import type { ServerDuplexStream, ServerReadableStream } from '@grpc/grpc-js';
import { Controller, type Type } from '@nestjs/common';
import { GrpcMethod, GrpcStreamCall, GrpcStreamMethod } from '@nestjs/microservices';
import { concat, defer, finalize, ignoreElements, NEVER, type Observable, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { Authenticated } from '../../src/index.ts';
import { startMicroservice } from './app.ts';
import { call } from './client.ts';
import { Chat, Collect, List, type Text } from './echo.ts';

/** What handlers of endless streams have seen. */
interface Seen {
  readonly events: string[];
  started(): void;
}

const COMPLETED = 'requests completed';

/** Handlers that never end by themselves. */
function endless(seen: Seen): { readonly observables: Type; readonly calls: Type } {
  // Before NestJS has subscribed, it does not wait for the end of the call.
  const endlessly = (): Observable<Text> =>
    defer(() => {
      seen.started();
      return concat(of({ text: 'first' }), NEVER);
    }).pipe(finalize(() => seen.events.push('unsubscribed')));
  const reading = (messages: Observable<Text>): Observable<Text> => {
    messages.subscribe({ complete: () => seen.events.push(COMPLETED) });
    return endlessly();
  };
  const calling = (stream: ServerDuplexStream<Text, Text> | ServerReadableStream<Text, Text>) => {
    stream.on('cancelled', () => seen.events.push('cancelled'));
    stream.resume();
    seen.started();
  };

  @Controller()
  @Authenticated()
  class Observables {
    @GrpcMethod('Echo', 'List')
    list(): Observable<Text> {
      return endlessly();
    }

    @GrpcStreamMethod('Echo', 'Collect')
    collect(messages: Observable<Text>): Observable<Text> {
      return reading(messages).pipe(ignoreElements());
    }

    @GrpcStreamMethod('Echo', 'Chat')
    chat(messages: Observable<Text>): Observable<Text> {
      return reading(messages);
    }
  }

  @Controller()
  @Authenticated()
  class Calls {
    @GrpcStreamCall('Echo', 'Collect')
    collect(stream: ServerReadableStream<Text, Text>): void {
      calling(stream);
    }

    @GrpcStreamCall('Echo', 'Chat')
    chat(stream: ServerDuplexStream<Text, Text>): void {
      calling(stream);
    }
  }
  return { observables: Observables, calls: Calls };
}

const CASES = [
  ['server stream, Observables', 'observables', List, ['unsubscribed']],
  ['client stream, Observables', 'observables', Collect, [COMPLETED, 'unsubscribed']],
  ['bidirectional stream, Observables', 'observables', Chat, [COMPLETED, 'unsubscribed']],
  ['client stream, call', 'calls', Collect, ['cancelled']],
  ['bidirectional stream, call', 'calls', Chat, ['cancelled']],
] as const;

/** `completes`: whether this NestJS completes the Observable of requests when a call is cancelled. */
export function describeStreams({ completes }: { readonly completes: boolean }): void {
  describe.each(CASES)('%s', (_, style, method, possible) => {
    const expected = possible.filter((event) => completes || event !== COMPLETED);
    const start = async (authenticator: Authenticator, clock = createFakeClock()) => {
      let started = (): void => undefined;
      const hasStarted = new Promise<void>((resolve) => (started = resolve));
      const events: string[] = [];
      const controller = endless({ events, started })[style];
      const address = await startMicroservice({
        controllers: [controller],
        auth: { authenticator, clock },
      });
      const outcome = call(address, { method, token: 'alice', open: true });
      await hasStarted;
      return { outcome, events };
    };
    const alice = (expiresAtEpochSeconds?: number) =>
      createPrincipal({
        authenticator: 'names',
        subject: 'alice',
        ...(expiresAtEpochSeconds === undefined ? {} : { expiresAtEpochSeconds }),
      });

    it('ends with its token, for client and handler', async () => {
      const clock = createFakeClock();
      const authenticator: Authenticator = {
        name: 'names',
        schemes: ['bearer'],
        authenticate: () => alice(clock.nowMs() / 1000 + 60),
      };
      const { outcome, events } = await start(authenticator, clock);
      await clock.advance(64_000);
      expect(events).toEqual([]);
      await clock.advance(1000);
      expect((await outcome).code).toBe('UNAUTHENTICATED');
      await expect.poll(() => events.toSorted()).toEqual(expected);
    });

    it('ends when its caller is revoked', async () => {
      let revoke: (event: AuthenticatorEvent) => void = () => undefined;
      const authenticator = {
        name: 'names',
        schemes: ['bearer'],
        authenticate: () => alice(),
        subscribe: (listener: typeof revoke) => {
          const previous = revoke;
          revoke = (event) => (previous(event), listener(event));
          return () => undefined;
        },
      } satisfies Partial<ManagedAuthenticator>;
      const { outcome, events } = await start(authenticator);
      expect(events).toEqual([]);
      revoke({ type: 'revoked', matches: ({ subject }) => subject === 'alice' });
      expect((await outcome).code).toBe('UNAUTHENTICATED');
      await expect.poll(() => events.toSorted()).toEqual(expected);
    });
  });
}
