import { isIP } from 'node:net';
import { checkServerIdentity } from 'node:tls';
import {
  Client,
  type ClientWritableStream,
  credentials,
  Metadata,
  type ServiceError,
  status as statusCodes,
} from '@grpc/grpc-js';
import { type AuthFailure, readAuthFailure } from '@grpc-authn/core/client';
import type { Target } from './target.ts';

/** How a server answered one call. */
export interface Answer {
  /** The name of the gRPC status. */
  readonly status: string;
  readonly message: string;
  /** What a server of grpc-authn says; undefined for other errors. */
  readonly failure: AuthFailure | undefined;
  readonly challenge: string | undefined;
  /** The server refused the call because of its credentials. */
  readonly refused: boolean;
}

export function openClient({ address, host, tls, ca }: Target): Client {
  // By default grpc-js sends even calls to this machine through a proxy of the environment, in clear text.
  const options = { 'grpc.enable_retries': 0, 'grpc.enable_http_proxy': 0 };
  if (!tls) return new Client(address, credentials.createInsecure(), options);
  if (isIP(host) === 0) return new Client(address, credentials.createSsl(ca ?? null), options);
  // grpc-js sends the address as the server's name, which TLS does not allow. The certificate must still have it.
  const channel = credentials.createSsl(ca ?? null, null, null, {
    checkServerIdentity: (_, certificate) => checkServerIdentity(host, certificate),
  });
  return new Client(address, channel, { ...options, 'grpc.ssl_target_name_override': 'localhost' });
}

/**
 * Calls a method, and ends the request without a message, so that the handler of a unary or a server-streaming method
 * never runs. A server decides about the credentials before it reads a message.
 */
export function attempt(
  client: Client,
  {
    method,
    token,
    timeoutMs,
  }: { readonly method: string; readonly token: string | undefined; readonly timeoutMs: number },
): Promise<Answer> {
  const metadata = new Metadata();
  if (token !== undefined) metadata.set('authorization', `Bearer ${token}`);
  return new Promise((resolve) => {
    const call: ClientWritableStream<Buffer> = client.makeClientStreamRequest(
      method,
      (message: Buffer) => message,
      (bytes) => bytes,
      metadata,
      { deadline: Date.now() + timeoutMs },
      (error) => resolve(answerOf(error)),
    );
    call.end();
  });
}

function answerOf(error: ServiceError | null): Answer {
  if (error === null) {
    return { status: 'OK', message: '', failure: undefined, challenge: undefined, refused: false };
  }
  const failure = readAuthFailure(error);
  const [challenge] = error.metadata?.get('www-authenticate') ?? [];
  return {
    status: statusCodes[error.code] ?? String(error.code),
    message: error.details,
    failure,
    challenge: challenge === undefined ? undefined : String(challenge),
    refused: failure !== undefined || REFUSALS.has(error.code),
  };
}

const REFUSALS: ReadonlySet<number> = new Set([
  statusCodes.UNAUTHENTICATED,
  statusCodes.PERMISSION_DENIED,
]);
