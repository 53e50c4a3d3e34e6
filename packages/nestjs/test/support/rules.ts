import {
  authenticated,
  denyAll,
  healthChecks,
  type Principal,
  requireClaim,
} from '@grpc-authn/core';
import { Controller, Scope, type Type } from '@nestjs/common';
import { GrpcMethod, GrpcStreamMethod } from '@nestjs/microservices';
import type { Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';
import {
  AllowAnonymous,
  Authenticated,
  CurrentPrincipal,
  type GrpcAuthModuleOptions,
  PublicMethod,
  RequireAnyScope,
  RequireRule,
  RequireScopes,
} from '../../src/index.ts';
import { startMicroservice } from './app.ts';
import { call } from './client.ts';
import { ObservableEcho, UnruledEcho } from './controllers.ts';
import { Chat, Collect, List, type Method, packageDefinition, type Text, Unary } from './echo.ts';

/** The codes of a call by alice, by mallory without a scope, by nobody, and with a bad token. */
async function codes(controller: Type, method: Method = Unary, module: GrpcAuthModuleOptions = {}) {
  const address = await startMicroservice({ controllers: [controller], module });
  const tokens = ['alice', 'mallory', undefined, 'bad'];
  const outcomes = await Promise.all(tokens.map((token) => call(address, { method, token })));
  return outcomes.map(({ code }) => code);
}

const DENIED = 'PERMISSION_DENIED';
const UNKNOWN_CALLER = 'UNAUTHENTICATED';

/** A controller whose unary method has this decorator. */
export function ruled(decorator: MethodDecorator): Type {
  @Controller()
  class Ruled {
    @decorator
    @GrpcMethod('Echo', 'Unary')
    unary(message: Text): Text {
      return message;
    }
  }
  return Ruled;
}

export function describeRules(): void {
  describe('decorators', () => {
    it.each([
      ['RequireScopes', RequireScopes('read'), ['OK', DENIED, UNKNOWN_CALLER, UNKNOWN_CALLER]],
      [
        'RequireScopes, two',
        RequireScopes('read', 'w'),
        [DENIED, DENIED, UNKNOWN_CALLER, UNKNOWN_CALLER],
      ],
      [
        'RequireAnyScope',
        RequireAnyScope('w', 'read'),
        ['OK', DENIED, UNKNOWN_CALLER, UNKNOWN_CALLER],
      ],
      [
        'RequireRule',
        RequireRule(requireClaim('team', 'a')),
        [DENIED, DENIED, UNKNOWN_CALLER, UNKNOWN_CALLER],
      ],
      ['Authenticated', Authenticated(), ['OK', 'OK', UNKNOWN_CALLER, UNKNOWN_CALLER]],
      ['AllowAnonymous', AllowAnonymous(), ['OK', 'OK', 'OK', UNKNOWN_CALLER]],
      ['PublicMethod', PublicMethod(), ['OK', 'OK', 'OK', 'OK']],
    ] as const)('%s', async (_, decorator, expected) => {
      expect(await codes(ruled(decorator))).toEqual(expected);
    });

    it('work above and below the decorators of NestJS', async () => {
      @Controller()
      class Orders {
        @Authenticated()
        @GrpcStreamMethod('Echo', 'Collect')
        collect(messages: Observable<Text>): Observable<Text> {
          return messages;
        }

        @GrpcStreamMethod('Echo', 'Chat')
        @Authenticated()
        chat(messages: Observable<Text>): Observable<Text> {
          return messages;
        }
      }
      const expected = ['OK', 'OK', UNKNOWN_CALLER, UNKNOWN_CALLER];
      expect(await codes(Orders, Collect)).toEqual(expected);
      expect(await codes(Orders, Chat)).toEqual(expected);
    });

    it('of a method count before those of its class, and those of a class before a base class', async () => {
      @Controller()
      @RequireScopes('never')
      class Base {
        @GrpcMethod('Echo', 'Unary')
        unary(message: Text): Text {
          return message;
        }

        @Authenticated()
        @GrpcMethod('Echo', 'List')
        list(message: Text): Text {
          return message;
        }
      }
      @Controller()
      class Inherits extends Base {}
      @Controller()
      @RequireScopes('read')
      class Replaces extends Base {}
      const ofMethod = ['OK', 'OK', UNKNOWN_CALLER, UNKNOWN_CALLER];
      expect(await codes(Base, List)).toEqual(ofMethod);
      expect(await codes(Replaces, List)).toEqual(ofMethod);
      expect(await codes(Inherits)).toEqual([DENIED, DENIED, UNKNOWN_CALLER, UNKNOWN_CALLER]);
      expect(await codes(Replaces)).toEqual(['OK', DENIED, UNKNOWN_CALLER, UNKNOWN_CALLER]);
    });

    it('work on handlers that are created for each call', async () => {
      @Controller({ scope: Scope.REQUEST })
      @RequireScopes('read')
      class Scoped {
        @GrpcMethod('Echo', 'Unary')
        unary(@CurrentPrincipal() caller: Principal): Text {
          return { text: caller.subject ?? '' };
        }
      }
      const address = await startMicroservice({ controllers: [Scoped] });
      expect((await call(address, { token: 'alice' })).texts).toEqual(['alice']);
      expect((await call(address, { token: 'mallory' })).code).toBe(DENIED);
    });

    it('work with the full name of a service, and names of methods as the .proto has them', async () => {
      @Controller()
      class Full {
        @RequireScopes('read')
        @GrpcMethod('test.v1.Echo', 'unary')
        unary(message: Text): Text {
          return message;
        }
      }
      const method = { ...Unary, originalName: 'unary' };
      const options = { packageDefinition: { 'test.v1.Echo': { Unary: method } } };
      const address = await startMicroservice({ controllers: [Full], options });
      expect((await call(address, { token: 'alice' })).code).toBe('OK');
      expect((await call(address, { token: 'mallory' })).code).toBe(DENIED);
    });

    it('give an anonymous caller, and one of a public method, no principal', async () => {
      for (const decorator of [AllowAnonymous(), PublicMethod()]) {
        @Controller()
        class Open {
          @decorator
          @GrpcMethod('Echo', 'Unary')
          unary(@CurrentPrincipal() caller: Principal | undefined): Text {
            return { text: caller?.subject ?? 'nobody' };
          }
        }
        const address = await startMicroservice({ controllers: [Open] });
        expect((await call(address)).texts).toEqual(['nobody']);
      }
    });
  });

  describe('methods without a decorator', () => {
    it('are denied by default', async () => {
      const denied = [DENIED, DENIED, DENIED, DENIED];
      expect(await codes(UnruledEcho)).toEqual(denied);
      expect(await codes(UnruledEcho, Unary, { otherwise: denyAll() })).toEqual(denied);
      expect(await codes(UnruledEcho, Unary, { rules: healthChecks() })).toEqual(denied);
    });

    it('get the rule `otherwise`', async () => {
      const otherwise = authenticated();
      const expected = ['OK', 'OK', UNKNOWN_CALLER, UNKNOWN_CALLER];
      expect(await codes(UnruledEcho, Unary, { otherwise })).toEqual(expected);
    });

    it('get a rule of the module by their name', async () => {
      const rules = { 'test.v1.Echo/Unary': authenticated() };
      const expected = ['OK', 'OK', UNKNOWN_CALLER, UNKNOWN_CALLER];
      expect(await codes(UnruledEcho, Unary, { rules })).toEqual(expected);
      const start = codes(ObservableEcho, Unary, { rules });
      await expect(start).rejects.toThrow('received a second one at ObservableEcho.unary');
    });

    it('get the rule of the .proto', async () => {
      const { Unary: method, List: other } = packageDefinition['test.v1.Echo'];
      const options = { '(grpc_authn.v1.rule)': { scopes: ['read'] } };
      const definition = { Unary: { ...method, options }, List: other };
      const address = await startMicroservice({
        controllers: [UnruledEcho],
        options: { packageDefinition: { 'test.v1.Echo': definition } },
      });
      expect((await call(address, { token: 'alice' })).code).toBe('OK');
      expect((await call(address, { token: 'mallory' })).code).toBe(DENIED);
      expect((await call(address, { token: 'alice', method: List })).code).toBe(DENIED);
    });
  });
}
