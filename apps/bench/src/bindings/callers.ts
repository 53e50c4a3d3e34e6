import { Code, ConnectError, createClient, type Transport } from '@connectrpc/connect';
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
  Http2SessionManager,
} from '@connectrpc/connect-node';
import { Client, credentials, Metadata, status } from '@grpc/grpc-js';
import type { WireClient } from '../server/call-many.ts';
import { Bench } from './bench-service.ts';
import { TEXT } from './text-method.ts';

const MESSAGE = { value: 'hello' };

/** For frameworks on grpc-js. */
export function grpcJs(port: number): WireClient {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  const { path, requestSerialize, responseDeserialize } = TEXT;
  return {
    call(token) {
      const metadata = new Metadata();
      if (token !== undefined) metadata.set('authorization', `Bearer ${token}`);
      return new Promise((resolve) => {
        client.makeUnaryRequest(
          path,
          requestSerialize,
          responseDeserialize,
          MESSAGE,
          metadata,
          (error) => resolve(error === null ? status.OK : error.code),
        );
      });
    },
    close: () => client.close(),
  };
}

/** For Connect: one connection by HTTP/2. */
function connectNode(port: number, create: (options: Options) => Transport): WireClient {
  const baseUrl = `http://127.0.0.1:${port}`;
  const sessions = new Http2SessionManager(baseUrl);
  const client = createClient(
    Bench,
    create({ baseUrl, httpVersion: '2', sessionManager: sessions }),
  );
  return {
    async call(token) {
      try {
        await client.unary(
          MESSAGE,
          token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } },
        );
        return status.OK;
      } catch (error) {
        return ConnectError.from(error, Code.Unknown).code;
      }
    },
    close: () => sessions.abort(),
  };
}

interface Options {
  readonly baseUrl: string;
  readonly httpVersion: '2';
  readonly sessionManager: Http2SessionManager;
}

export const connect = (port: number): WireClient =>
  connectNode(port, (options) => createConnectTransport({ ...options, useBinaryFormat: true }));
export const connectGrpc = (port: number): WireClient => connectNode(port, createGrpcTransport);
export const connectGrpcWeb = (port: number): WireClient =>
  connectNode(port, createGrpcWebTransport);
