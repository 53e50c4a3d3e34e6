import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { Principal } from '@grpc-authn/core';
import { Authenticated, CurrentPrincipal, GrpcAuthModule, withGrpcAuth } from '@grpc-authn/nestjs';
import { Controller, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { GrpcMethod, type GrpcOptions, Payload, Transport } from '@nestjs/microservices';
import { ANSWER, type BindingServer, checkCaller } from './binding-server.ts';
import { TEXT } from './text-method.ts';

export const server: BindingServer = {
  async start(authenticator) {
    const port = await freePort();
    const grpc: GrpcOptions = {
      transport: Transport.GRPC,
      options: {
        url: `127.0.0.1:${port}`,
        package: 'bench.v1',
        packageDefinition: { 'bench.v1.Bench': { Unary: TEXT } as object },
      },
    };
    const guarded = authenticator !== undefined;
    class AppModule {
      readonly name = 'bench';
    }
    Module({
      imports: guarded ? [GrpcAuthModule.forRoot()] : [],
      controllers: [guarded ? guardedController() : bareController()],
    })(AppModule);
    const app = await NestFactory.createMicroservice(AppModule, {
      ...(guarded ? withGrpcAuth(grpc, { authenticator }) : grpc),
      logger: false,
    });
    await app.listen();
    return port;
  },
};

/** Both have a decorated parameter: without one, NestJS passes arguments in another way. */
function bareController(): Type {
  class Bench {
    unary(): object {
      return ANSWER;
    }
  }
  return decorated(Bench);
}

function guardedController(): Type {
  class Bench {
    unary(_: object, principal: Principal): object {
      checkCaller(principal);
      return ANSWER;
    }
  }
  CurrentPrincipal()(Bench.prototype, 'unary', 1);
  Authenticated()(Bench);
  return decorated(Bench);
}

/** The decorators of a controller, as a compiler calls them. */
function decorated(controller: Type<{ unary(...args: never): object }>): Type {
  const descriptor = Object.getOwnPropertyDescriptor(controller.prototype, 'unary')!;
  Payload()(controller.prototype, 'unary', 0);
  GrpcMethod('Bench', 'Unary')(controller.prototype, 'unary', descriptor);
  Controller()(controller);
  return controller;
}

/** NestJS does not report the port that the system chooses. */
async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => {
    probe.listen(0, '127.0.0.1', resolve);
  });
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => {
    probe.close(resolve);
  });
  return port;
}
