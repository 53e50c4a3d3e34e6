const AUTHENTICATOR = "import type { Authenticator } from '@grpc-authn/core';";
const GRPC = "import * as grpc from '@grpc/grpc-js';";
const BEHIND_A_PROXY = `
    ${GRPC}
    import { type Authenticator, createAuthInterceptor } from '@grpc-authn/core';
    declare const authenticator: Authenticator;`;

/** The lines that a reader's file has before the code of a document, by document. */
export const READERS_LINES: Readonly<Record<string, string>> = {
  'SECURITY.md': '',
  'docs/clients.md': `
    import { createTokenSource, type TokenSource } from '@grpc-authn/client';
    import { createCallerTokenSource, createTokenInterceptor } from '@grpc-authn/client/grpc-js';
    import {
      createRefreshTokenSource, createTokenExchangeSource, createTokenFileSource,
    } from '@grpc-authn/client/node';
    import {
      Client, credentials, type sendUnaryData, type ServerUnaryCall,
    } from '@grpc/grpc-js';
    import { decodeJwt } from 'jose';
    import {
      discovery, initiateDeviceAuthorization, pollDeviceAuthorizationGrant,
    } from 'openid-client';
    declare const source: TokenSource;
    declare const secret: string;
    declare const store: { load(): Promise<string>; save(token: string): Promise<void> };
    declare const stock: {
      get(request: Buffer, options: object, respond: sendUnaryData<Buffer>): void;
    };
    // The libraries of the clouds.
    declare class GoogleAuth {
      getIdTokenClient(audience: string): Promise<{
        idTokenProvider: { fetchIdToken(audience: string): Promise<string> };
      }>;
    }
    declare class DefaultAzureCredential {
      getToken(scope: string, options: { abortSignal: AbortSignal }): Promise<{
        token: string; expiresOnTimestamp: number;
      }>;
    }
    declare class STSClient {
      constructor(options: { region: string });
      send(command: GetWebIdentityTokenCommand, options: { abortSignal: AbortSignal }): Promise<{
        WebIdentityToken?: string; Expiration?: Date;
      }>;
    }
    declare class GetWebIdentityTokenCommand {
      constructor(
        input: { Audience: string[]; SigningAlgorithm: string; DurationSeconds: number },
      );
    }`,
  'docs/older-tokens.md': `
    import type { Decision } from '@grpc-authn/core';`,
  'docs/policy.md': `
    ${AUTHENTICATOR}
    ${GRPC}
    import {
      authenticated, confirmedBy, createAuthInterceptor, type Decision, definePolicy,
      healthChecks, reflection, requireAll, requireScopes, rulesFor,
    } from '@grpc-authn/core';
    import { readDescriptorSet } from '@grpc-authn/core/descriptor-set';
    import { readFile } from 'node:fs/promises';
    type Method = grpc.MethodDefinition<object, object>;
    declare const Orders: { service: { Get: Method; List: Method; Refund: Method } };
    declare const authenticator: Authenticator;
    declare const introspection: Authenticator;
    declare function pino(): { info(record: object): void };`,
  'docs/recipes/README.md': `
    ${GRPC}
    import { loadAuth } from '@grpc-authn/config';
    declare const Orders: { service: grpc.ServiceDefinition };`,
  'docs/telemetry.md': `
    import { subscribe } from 'node:diagnostics_channel';
    import { type Authenticator, createAuthInterceptor, type Decision, type Policy } from '@grpc-authn/core';
    import { instrumentAuth, toAuditRecord } from '@grpc-authn/opentelemetry';
    import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
    import { MeterProvider } from '@opentelemetry/sdk-metrics';
    declare const authenticator: Authenticator;
    declare const policy: Policy;
    declare function pino(): { info(record: object): void };`,
  'docs/explain.md': '',
  'docs/confirmation.md': `
    ${GRPC}
    import { confirmedBy, requireAll, requireScopes, rulesFor } from '@grpc-authn/core';
    import { createIntrospectionAuthenticator } from '@grpc-authn/introspection';
    import type { IntrospectionLocation, IntrospectionOptions } from '@grpc-authn/introspection';
    type Method = grpc.MethodDefinition<object, object>;
    declare const Orders: { List: Method; Refund: Method };
    declare const options: IntrospectionLocation & IntrospectionOptions;`,
  'docs/servers/envoy.md': BEHIND_A_PROXY,
  'docs/servers/nginx.md': BEHIND_A_PROXY,
  'docs/web.md': `
    import type { Message } from '@bufbuild/protobuf';
    import type { GenMessage, GenService } from '@bufbuild/protobuf/codegenv2';
    import { createClient, type Interceptor, type Transport } from '@connectrpc/connect';
    import { createTokenSource } from '@grpc-authn/client';
    import { createConnectTokenInterceptor } from '@grpc-authn/client/connect';
    import { readAuthFailure } from '@grpc-authn/core/client';
    type Order = GenMessage<Message<'orders.v1.Order'> & { id: string }>;
    type Kind<K> = { methodKind: K; input: Order; output: Order };
    declare const Orders: GenService<{ refund: Kind<'unary'>; watch: Kind<'server_streaming'> }>;
    interface Tokens { access_token: string; refresh_token: string; expires_in: number }
    declare function authorizationCodeGrant(provider: object, url: URL, checks: object): Promise<Tokens>;
    declare function refreshTokenGrant(provider: object, token: string): Promise<Tokens>;
    declare function createConnectTransport(options: {
      baseUrl: string; interceptors: Interceptor[];
    }): Transport;
    declare const provider: object;
    declare const url: URL;
    declare const checks: object;
    declare const baseUrl: string;
    declare function show(event: object): void;
    declare function askFor(scopes: readonly string[]): void;`,
  'docs/writing-a-binding.md': `
    import type { Authenticator, Policy } from '@grpc-authn/core';
    import { createPlainServer, type PlainHandler } from '../../../bindings/src/plain-http2.ts';
    declare const authenticator: Authenticator;
    declare const policy: Policy;
    declare const getOrder: PlainHandler;`,
  'docs/writing-an-authenticator.md': `
    import { adapterSchema, defineAdapter, section, text, z } from '@grpc-authn/config/adapter';
    import { type Authenticator, AuthError, wrapAuthenticator } from '@grpc-authn/core';
    declare const inner: Authenticator;
    declare const counter: { add(value: number, attributes: object): void };
    interface Account { keyDigest: string; subject: string; scopes: readonly string[] }
    declare function createApiKeyAuthenticator(accounts: readonly Account[]): Authenticator;`,
  'packages/client/README.md': `
    import { credentials } from '@grpc/grpc-js';
    declare const address: string;
    declare const secret: string;
    declare const OrdersClient: new (
      address: string, credentials: object, options: { interceptors: object[] },
    ) => object;
    declare function requestToken(
      signal: AbortSignal,
    ): Promise<{ access_token: string; expires_in: number }>;`,
  'packages/connect/README.md': `
    import type { Message } from '@bufbuild/protobuf';
    import type { GenMessage, GenService } from '@bufbuild/protobuf/codegenv2';
    import { type ConnectRouter, createRouterTransport, type Interceptor } from '@connectrpc/connect';
    import { connectNodeAdapter } from '@connectrpc/connect-node';
    import { type ConnectAuth, connectCors, createConnectAuth, getConnectPrincipal } from '@grpc-authn/connect';
    import { type Authenticator, authenticated, definePolicy, requireScopes } from '@grpc-authn/core/authenticator';
    import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
    import { createSecureServer } from 'node:http2';
    type Order = GenMessage<Message<'orders.v1.Order'> & { id: string; placedBy: string }>;
    type Kind<K> = { methodKind: K; input: Order; output: Order };
    declare const Orders: GenService<{ get: Kind<'unary'>; list: Kind<'server_streaming'> }>;
    declare const authenticator: Authenticator;
    declare const key: string;
    declare const cert: string;
    declare function routes(router: ConnectRouter): void;
    declare function cors(options: { origin: string; methods: string[] } & { readonly [K in keyof typeof connectCors]: readonly string[] }):
      (request: IncomingMessage, response: ServerResponse, next: () => void) => void;
    interface FastifyRequest { raw: IncomingMessage }
    type Parts<R> = { routes: typeof routes; requestGate: ConnectAuth['requestGate']; interceptors: Interceptor[];
      contextValues: (request: R) => object };
    declare const fastify: { register(plugin: unknown, options: Parts<FastifyRequest>): Promise<void> };
    declare const fastifyConnectPlugin: unknown;
    declare const app: { use(middleware: unknown): void };
    declare function expressConnectMiddleware(options: Parts<IncomingMessage>): unknown;`,
  'packages/config/README.md': `
    ${GRPC}
    import { loadAuth } from '@grpc-authn/config';
    declare const OrdersService: grpc.ServiceDefinition;
    declare const file: string;`,
  'packages/core/README.md': `
    import {
      AuthError, type Authenticator, createAuthInterceptor, createCallGuard, createPrincipal,
      currentPrincipal, findAdmission, getPrincipal, type Policy, type Refusal, type TransportCall,
      wrapAuthenticator,
    } from '@grpc-authn/core';
    import { adapterSchema, defineAdapter, z } from '@grpc-authn/config/adapter';
    import { Server, type ServerUnaryCall } from '@grpc/grpc-js';
    declare const authenticator: Authenticator;
    declare const call: ServerUnaryCall<object, object>;
    declare const policy: Policy;
    declare const transportCall: TransportCall;
    declare function send(refusal: Refusal): void;
    declare function log(text: string): void;
    declare function lookUp(key: string): string | undefined;
    declare function createApiKeyAuthenticator(
      options: { name: string; keys: readonly string[] },
    ): Authenticator;`,
  'packages/hs256/README.md': `
    import { createHs256Authenticator } from '@grpc-authn/hs256';`,
  'packages/introspection/README.md': `
    import { createIntrospectionAuthenticator } from '@grpc-authn/introspection';`,
  'packages/jwks/README.md': `
    import { createJwksAuthenticator } from '@grpc-authn/jwks';`,
  'packages/jwt/README.md': `
    import { byTrustedIssuer, createJwtAuthenticator, importKeySet } from '@grpc-authn/jwt';
    import { createOidcAuthenticator } from '@grpc-authn/oidc';
    import type { JWK } from 'jose';
    declare const jwk: JWK;
    declare const tenants: ReadonlySet<string>;`,
  'docs/servers/nestjs.md': `
    import { loadAuth } from '@grpc-authn/config';
    import {
      type Authenticator, currentPrincipal, healthChecks, reflection, requireScopes,
    } from '@grpc-authn/core';
    import { GrpcAuthModule, withGrpcAuth } from '@grpc-authn/nestjs';
    import { Injectable, Module } from '@nestjs/common';
    import { NestFactory } from '@nestjs/core';
    import { type GrpcOptions, Transport } from '@nestjs/microservices';
    declare const authenticator: Authenticator;
    declare const orders: GrpcOptions;
    declare class AppModule {}
    declare class HealthImplementation {
      constructor(statuses: Record<string, string>);
      addToServer(server: object): void;
    }
    declare class ReflectionService {
      constructor(definitions: object);
      addToServer(server: object): void;
    }`,
  'packages/nestjs/README.md': `
    import {
      type Authenticator, confirmedBy, createPrincipal, getPrincipal, requireAll, requireScopes,
    } from '@grpc-authn/core';
    import { RequireRule } from '@grpc-authn/nestjs';
    import { grpcContextWith } from '@grpc-authn/nestjs/testing';
    import type { Metadata, ServerDuplexStream } from '@grpc/grpc-js';
    import { Controller } from '@nestjs/common';
    import { GrpcMethod, GrpcStreamCall } from '@nestjs/microservices';
    declare const authenticator: Authenticator;
    declare const introspection: Authenticator;`,
  'packages/nice-grpc/README.md': `
    import { loadAuth } from '@grpc-authn/config';
    import { type Authenticator, createAuthInterceptor } from '@grpc-authn/core';
    import { readAuthFailure } from '@grpc-authn/core/client';
    import { createNiceAuth } from '@grpc-authn/nice-grpc';
    import type { ServerInterceptor } from '@grpc/grpc-js';
    import { type CallOptions, type ChannelOptions, createServer, type Metadata } from 'nice-grpc';
    declare const authenticator: Authenticator;
    declare const audit: ServerInterceptor;
    declare const client: { get(request: object, options: CallOptions): Promise<object> };
    declare function renew(): Promise<void>;`,
  'packages/oidc/README.md': `
    import { createOidcAuthenticator } from '@grpc-authn/oidc';`,
  'packages/opentelemetry/README.md': `
    import { instrumentAuth } from '@grpc-authn/opentelemetry';`,
  'packages/spiffe/README.md': `
    import { createSpiffeAuthenticator } from '@grpc-authn/spiffe';`,
};

/** The lines around a .proto that is shown in part. */
export const READERS_PROTO = {
  before: 'syntax = "proto3"; package orders.v1;',
  after: 'message ListRequest {} message Order {}',
};
