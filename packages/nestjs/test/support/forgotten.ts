import {
  authenticated,
  ConfigError,
  createAuthInterceptor,
  definePolicy,
  publicMethod,
} from '@grpc-authn/core';
import { ServerInterceptingCall } from '@grpc/grpc-js';
import { describe, expect, it, vi } from 'vitest';
import { authenticator, openHybrid, startApp, startMicroservice, transportOf } from './app.ts';
import { call, KINDS } from './client.ts';
import { CallEcho, ObservableEcho, UnruledEcho } from './controllers.ts';

const STYLES = [
  ['Observables', ObservableEcho],
  ['calls', CallEcho],
] as const;

export function silenceWarnings() {
  return vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
}

/** What is refused if a part is missing. */
export function describeForgotten(): void {
  describe.each(STYLES)('a transport without withGrpcAuth(), handlers with %s', (_, controller) => {
    const setup = { controllers: [controller], auth: false } as const;

    it('does not start', async () => {
      await expect(startMicroservice(setup)).rejects.toThrow(ConfigError);
      await expect(startMicroservice(setup)).rejects.toThrow('expected options of withGrpcAuth()');
    });

    it.each(KINDS)('refuses a call in a hybrid application: %s', async (_kind, method) => {
      silenceWarnings();
      for (const inheritAppConfig of [false, true]) {
        const { app, address } = await openHybrid(setup, inheritAppConfig);
        expect((await call(address, { method, token: 'alice' })).code).toBe('INTERNAL');
        await expect(app.init()).rejects.toThrow(ConfigError);
        expect((await call(address, { method, token: 'alice' })).code).toBe('INTERNAL');
      }
    });
  });

  describe.each(STYLES)('an application without the module, handlers with %s', (_, controller) => {
    it.each(KINDS)('answers UNAVAILABLE: %s', async (_kind, method) => {
      const warnings = silenceWarnings();
      const address = await startMicroservice({ controllers: [controller], module: false });
      for (const token of ['alice', 'bad', undefined]) {
        expect((await call(address, { method, token })).code).toBe('UNAVAILABLE');
      }
      expect(warnings.mock.calls.map(([warning]) => warning)).toEqual([
        expect.stringContaining('import GrpcAuthModule.forRoot()'),
      ]);
    });
  });

  describe.each(STYLES)('an application without module and withGrpcAuth(), %s', (_, controller) => {
    it.each(KINDS)('refuses where a handler asks for its caller: %s', async (_kind, method) => {
      silenceWarnings();
      const controllers = [controller];
      const address = await startMicroservice({ controllers, module: false, auth: false });
      const { code } = await call(address, { method, token: 'alice' });
      // findPrincipal() throws an error, for which NestJS has one status.
      expect(code).toBe(controller === CallEcho && !method.requestStream ? 'UNKNOWN' : 'INTERNAL');
    });
  });

  describe('a hybrid application whose port opens early', () => {
    it.each(KINDS)('answers UNAVAILABLE until it has started: %s', async (_kind, method) => {
      silenceWarnings();
      for (const inheritAppConfig of [false, true]) {
        const setup = { controllers: [ObservableEcho] };
        const { app, address } = await openHybrid(setup, inheritAppConfig);
        expect((await call(address, { method, token: 'alice' })).code).toBe('UNAVAILABLE');
        await app.init();
        expect((await call(address, { method, token: 'alice' })).code).toBe('OK');
        expect((await call(address, { method })).code).toBe('UNAUTHENTICATED');
      }
    });
  });

  describe('an interceptor that admits nobody', () => {
    it.each(KINDS)('is not enough: %s', async (_kind, method) => {
      silenceWarnings();
      for (const controller of [UnruledEcho]) {
        const address = await startMicroservice({
          controllers: [controller],
          auth: { interceptor: (_method, inner) => new ServerInterceptingCall(inner) },
        });
        expect((await call(address, { method, token: 'alice' })).code).toBe('INTERNAL');
      }
    });
  });

  it('refuses one result of withGrpcAuth() in two applications at a time', async () => {
    const setup = { controllers: [ObservableEcho] };
    const { grpc } = transportOf(setup);
    const first = await startApp(setup, grpc);
    await expect(startApp(setup, grpc)).rejects.toThrow('call it for each');
    await first.close();
    await startApp(setup, grpc);
  });

  it('refuses a second module in an application', async () => {
    const setup = { controllers: [ObservableEcho], module: [{}, { otherwise: authenticated() }] };
    await expect(startMicroservice(setup)).rejects.toThrow('expected one GrpcAuthModule.forRoot()');
  });

  describe('rules that would not apply', () => {
    const policy = definePolicy({ 'test.v1.Echo/*': publicMethod() });
    const interceptor = createAuthInterceptor({ authenticator });

    it('refuses a policy beside the module', async () => {
      const setup = { controllers: [UnruledEcho], auth: { authenticator, policy } };
      await expect(startMicroservice(setup)).rejects.toThrow('expected no `policy`');
      silenceWarnings();
      const { app, address } = await openHybrid(setup);
      expect((await call(address)).code).toBe('UNAVAILABLE');
      await expect(app.init()).rejects.toThrow('expected no `policy`');
      expect((await call(address)).code).toBe('INTERNAL');
    });

    it.each(KINDS)(
      'serves nobody before it is known that there are none: %s',
      async (_, method) => {
        for (const controller of [UnruledEcho, CallEcho]) {
          const setup = { controllers: [controller], auth: { interceptor } };
          const { app, address } = await openHybrid(setup);
          expect((await call(address, { token: 'alice', method })).code).toBe('UNAVAILABLE');
          if (controller === CallEcho) continue;
          await app.init();
          expect((await call(address, { token: 'alice', method })).code).toBe('OK');
        }
      },
    );

    it('refuses decorators and options beside an interceptor', async () => {
      const decorated = { controllers: [ObservableEcho], auth: { interceptor } };
      await expect(startMicroservice(decorated)).rejects.toThrow(
        'expected no rules beside an interceptor, which has a policy of its own, received ObservableEcho.unary',
      );
      const otherwise = {
        controllers: [UnruledEcho],
        auth: { interceptor },
        module: { otherwise: authenticated() },
      };
      await expect(startMicroservice(otherwise)).rejects.toThrow('received otherwise');
    });

    it('applies the policy of withGrpcAuth() without the module, and that of an interceptor', async () => {
      const controllers = [UnruledEcho];
      const withPolicy = { controllers, auth: { authenticator, policy }, module: false } as const;
      expect((await call(await startMicroservice(withPolicy))).code).toBe('OK');
      for (const module of [false, {}] as const) {
        const address = await startMicroservice({ controllers, module, auth: { interceptor } });
        expect((await call(address)).code).toBe('UNAUTHENTICATED');
        expect((await call(address, { token: 'alice' })).texts).toEqual(['m']);
      }
    });
  });
}
