import { ConfigError } from '@grpc-authn/core';
import { Controller, Get, Injectable } from '@nestjs/common';
import { GrpcMethod, MessagePattern } from '@nestjs/microservices';
import { describe, expect, it } from 'vitest';
import { RequireRule, RequireScopes } from '../../src/index.ts';
import { openHybrid, startMicroservice } from './app.ts';
import { call } from './client.ts';
import { ObservableEcho, UnruledEcho } from './controllers.ts';
import { ruled } from './rules.ts';

/** Rules that would not apply. */
export function describeUnreachedRules(): void {
  describe('a rule that no call reaches', () => {
    @Controller()
    class UnknownMethod {
      @RequireScopes('read')
      @GrpcMethod('Echo', 'Unray')
      unary(): void {}
    }
    @Controller()
    class UnknownService {
      @RequireScopes('read')
      @GrpcMethod('Ecko', 'Unary')
      unary(): void {}
    }
    @Controller()
    class NoHandler {
      @RequireScopes('read')
      unary(): void {}
    }
    @Controller()
    class WrongKind {
      @RequireScopes('read')
      @GrpcMethod('Echo', 'Chat')
      unary(): void {}
    }
    @Controller()
    class HttpHandler {
      @RequireScopes('read')
      @Get('orders')
      unary(): void {}
    }
    @Controller()
    @RequireScopes('read')
    class MixedHandlers {
      @GrpcMethod('Echo', 'Unary')
      unary(): void {}

      @Get('orders')
      orders(): void {}
    }
    @Controller()
    class OtherTransport {
      @RequireScopes('read')
      @MessagePattern('orders')
      unary(): void {}
    }
    @Controller()
    @RequireScopes('read')
    class Empty {
      readonly name = 'no method';
    }

    it.each([
      ['UnknownMethod.unary', UnknownMethod],
      ['UnknownService.unary', UnknownService],
      ['NoHandler.unary', NoHandler],
      ['WrongKind.unary', WrongKind],
      ['HttpHandler.unary', HttpHandler],
      ['MixedHandlers.orders', MixedHandlers],
      ['OtherTransport.unary', OtherTransport],
      ['Empty', Empty],
    ])('is an error at start-up: %s', async (place, controller) => {
      const start = startMicroservice({ controllers: [controller] });
      await expect(start).rejects.toThrow(ConfigError);
      await expect(startMicroservice({ controllers: [controller] })).rejects.toThrow(
        `${place}: expected a handler of a method that a gRPC service has`,
      );
      const { app } = await openHybrid({ controllers: [controller] });
      await expect(app.init()).rejects.toThrow(place);
    });

    it('is an error on a provider', async () => {
      @Injectable()
      class Service {
        @RequireScopes('read')
        find(): void {}
      }
      const start = startMicroservice({ controllers: [UnruledEcho], providers: [Service] });
      await expect(start).rejects.toThrow('Service.find: expected a handler');
    });

    it('is an error where another handler serves the method', async () => {
      const start = startMicroservice({ controllers: [ObservableEcho, UnruledEcho] });
      await expect(start).rejects.toThrow('ObservableEcho.unary: expected a handler');
    });

    it('is none where a controller is a provider, too', async () => {
      const setup = { controllers: [ObservableEcho], providers: [ObservableEcho] };
      expect((await call(await startMicroservice(setup), { token: 'alice' })).code).toBe('OK');
    });

    it('is an error where it is no rule', async () => {
      const controllers = [ruled(RequireRule('read' as never))];
      await expect(startMicroservice({ controllers })).rejects.toThrow('expected a rule such as');
    });
  });
}
