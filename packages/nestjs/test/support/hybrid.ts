import { authenticated, definePolicy, publicMethod } from '@grpc-authn/core';
import { Controller, Get, Logger } from '@nestjs/common';
import { ClientProxyFactory, GrpcMethod, MessagePattern, Transport } from '@nestjs/microservices';
import type { AddressInfo } from 'node:net';
import { firstValueFrom } from 'rxjs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Authenticated, CurrentPrincipal } from '../../src/index.ts';
import { authenticator, connect, openHybrid } from './app.ts';
import { call } from './client.ts';
import { ObservableEcho, UnruledEcho } from './controllers.ts';
import type { Text } from './echo.ts';

@Controller()
class Mixed {
  @Authenticated()
  @GrpcMethod('Echo', 'Unary')
  unary(message: Text): Text {
    return message;
  }

  @Get('orders')
  orders(): string {
    return 'orders';
  }

  @Get('caller')
  caller(@CurrentPrincipal() caller: unknown): string {
    return String(caller);
  }

  @MessagePattern('orders')
  message(): string {
    return 'a message';
  }
}

const ALLOWING = { otherwise: authenticated() };

/** Applications with more than one transport. */
export function describeHybrid(): void {
  describe('a hybrid application', () => {
    it('leaves HTTP handlers alone, which have no caller of a gRPC call', async () => {
      const { app, address } = await openHybrid({ controllers: [Mixed] }, true);
      await app.listen(0, '127.0.0.1');
      const { port } = app.getHttpServer().address() as AddressInfo;
      const orders = await fetch(`http://127.0.0.1:${port}/orders`);
      expect([orders.status, await orders.text()]).toEqual([200, 'orders']);
      expect((await fetch(`http://127.0.0.1:${port}/caller`)).status).toBe(500);
      expect((await call(address)).code).toBe('UNAUTHENTICATED');
    });

    it('leaves other transports alone', async () => {
      const { app } = await openHybrid({ controllers: [Mixed] });
      const tcp = app.connectMicroservice({
        transport: Transport.TCP,
        options: { host: '127.0.0.1', port: 0 },
      });
      await tcp.listen();
      await app.init();
      const server = tcp.unwrap<{ address(): AddressInfo }>();
      const client = ClientProxyFactory.create({
        transport: Transport.TCP,
        options: { host: '127.0.0.1', port: server.address().port },
      });
      onTestFinished(() => client.close());
      expect(await firstValueFrom(client.send<string>('orders', {}))).toBe('a message');
    });

    it('needs withGrpcAuth() for each of its gRPC transports', async () => {
      vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
      const setup = { controllers: [ObservableEcho] };
      const { app, address } = await openHybrid(setup);
      const open = await connect(app, { ...setup, auth: false });
      expect((await call(open, { token: 'alice' })).code).toBe('INTERNAL');
      await expect(app.init()).rejects.toThrow('expected options of withGrpcAuth()');
      expect((await call(open, { token: 'alice' })).code).toBe('INTERNAL');
      expect((await call(address, { token: 'alice' })).code).toBe('UNAVAILABLE');
    });

    it('has the same rules on several gRPC transports', async () => {
      const setup = { controllers: [ObservableEcho] };
      const { app, address } = await openHybrid(setup);
      const second = await connect(app, setup);
      await app.init();
      for (const each of [address, second]) {
        expect((await call(each, { token: 'alice' })).code).toBe('OK');
        expect((await call(each, { token: 'mallory' })).code).toBe('PERMISSION_DENIED');
      }
    });

    it('serves a gRPC transport that is connected later by the same rules', async () => {
      const setup = { controllers: [ObservableEcho] };
      const { app } = await openHybrid(setup);
      await app.init();
      const late = await connect(app, setup);
      expect((await call(late, { token: 'alice' })).code).toBe('OK');
      expect((await call(late, { token: 'mallory' })).code).toBe('PERMISSION_DENIED');
    });

    it('refuses the calls of a wrong gRPC transport that is connected later, and logs why', async () => {
      vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
      const logged = vi.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
      const { app } = await openHybrid({ controllers: [UnruledEcho], module: ALLOWING });
      await app.init();
      const open = await connect(app, { controllers: [], auth: false });
      expect((await call(open, { token: 'alice' })).code).toBe('INTERNAL');
      const policy = definePolicy({ 'test.v1.Echo/*': publicMethod() });
      const second = await connect(app, { controllers: [], auth: { authenticator, policy } });
      expect((await call(second)).code).toBe('INTERNAL');
      expect(logged.mock.calls.flat().map(String)).toEqual([
        expect.stringContaining('expected options of withGrpcAuth()'),
        expect.stringContaining('expected no `policy`'),
      ]);
    });
  });
}
