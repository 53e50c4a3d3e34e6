import { connect as connectHttp2, type ClientHttp2Session } from 'node:http2';
import { isIP } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { Target } from './target.ts';

/** What the connection itself shows. */
export interface Probe {
  /** Undefined where a gRPC server could be there: an HTTP/2 connection was made. */
  readonly problem: string | undefined;
  /** What to do about it. */
  readonly hint?: string;
  /** Undefined without TLS. */
  readonly tls: TlsFacts | undefined;
}

export interface TlsFacts {
  readonly protocol: string;
  readonly subject: string;
  readonly validTo: string;
  /** Undefined if the certificate is trusted. */
  readonly untrusted: string | undefined;
}

/** Connects and calls the method once, without a token. */
export async function probe(target: Target, method: string, timeoutMs: number): Promise<Probe> {
  if (!target.tls) return probeHttp2(target, { method, timeoutMs, facts: undefined });
  const socket = await openTls(target, timeoutMs);
  if (!('facts' in socket)) return { ...socket, tls: undefined };
  const { facts, alpn } = socket;
  if (facts.untrusted !== undefined) {
    return {
      problem: `the server's certificate is not trusted (${facts.untrusted})`,
      hint: hintFor(facts.untrusted),
      tls: facts,
    };
  }
  if (alpn !== 'h2') return { ...NO_HTTP2, tls: facts };
  return probeHttp2(target, { method, timeoutMs, facts });
}

function hintFor(code: string): string {
  switch (code) {
    case 'CERT_HAS_EXPIRED':
      return "a certificate of the chain has expired: renew the server's, or pass the current authority with --ca";
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return 'the certificate is for another name: connect by a name that it has';
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
      return 'pass the authority that issued it with --ca FILE';
    default:
      return 'compare the certificate with the authority of --ca';
  }
}

interface TlsOpened {
  readonly facts: TlsFacts;
  readonly alpn: string | false | null;
}

function openTls(
  { host, port, ca }: Target,
  timeoutMs: number,
): Promise<TlsOpened | { readonly problem: string; readonly hint: string }> {
  return new Promise((resolve) => {
    const socket: TLSSocket = connectTls({
      host,
      port,
      ALPNProtocols: ['h2'],
      // Only looked at: nothing is sent over this connection.
      rejectUnauthorized: false,
      ...(ca === undefined ? undefined : { ca }),
      ...(isIP(host) === 0 ? { servername: host } : undefined),
    });
    const end = (answer: Parameters<typeof resolve>[0]): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(
      () => end({ problem: `no TLS answer in ${timeoutMs / 1000} s`, hint: 'check host and port' }),
      timeoutMs,
    );
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL') return end(NO_HTTP2);
      end(connectionProblem(error, 'it does not speak TLS', 'try without --tls and --ca'));
    });
    socket.once('secureConnect', () => {
      const { subject, valid_to: validTo } = socket.getPeerCertificate();
      const untrusted = socket.authorized ? undefined : errorCodeOf(socket.authorizationError);
      const facts = {
        protocol: socket.getProtocol() ?? 'TLS',
        subject: typeof subject?.CN === 'string' ? subject.CN : '(no common name)',
        validTo,
        untrusted,
      };
      end({ facts, alpn: socket.alpnProtocol });
    });
  });
}

function errorCodeOf(error: unknown): string {
  const { code } = (error ?? {}) as { readonly code?: string };
  return code ?? (typeof error === 'string' ? error : 'unknown');
}

const NO_GRPC = 'it is no gRPC server';
const NO_HTTP2 = {
  problem: `${NO_GRPC}: it does not offer HTTP/2 (ALPN h2)`,
  hint: 'check the port',
};

function probeHttp2(
  { tls, host, port, address, ca }: Target,
  {
    method,
    timeoutMs,
    facts,
  }: { readonly method: string; readonly timeoutMs: number; readonly facts: TlsFacts | undefined },
): Promise<Probe> {
  return new Promise((resolve) => {
    const authority = `${tls ? 'https' : 'http'}://${address}`;
    const session: ClientHttp2Session = connectHttp2(authority, {
      ...(ca === undefined ? undefined : { ca }),
      ...(tls ? { host, port } : undefined),
    });
    const end = (answer: Omit<Probe, 'tls'>): void => {
      clearTimeout(timer);
      session.destroy();
      resolve({ ...answer, tls: facts });
    };
    const hint = tls ? 'check the port' : 'check the port, or try --tls';
    const what = tls ? NO_GRPC : `${NO_GRPC}, or needs TLS`;
    const timer = setTimeout(
      () => end({ problem: `${what}: no HTTP/2 answer in ${timeoutMs / 1000} s`, hint }),
      timeoutMs,
    );
    session.once('remoteSettings', () => {
      const headers = { 'content-type': 'application/grpc', te: 'trailers' };
      const request = session.request({ ':method': 'POST', ':path': method, ...headers });
      request.once(
        'response',
        ({ ':status': status, 'content-type': type = 'no content-type' }) => {
          if (type.startsWith('application/grpc')) end({ problem: undefined });
          else end({ problem: `${NO_GRPC}: it answers HTTP ${status} with ${type}`, hint });
        },
      );
      // A server that resets a call without a message speaks gRPC well enough to be called.
      request.once('error', () => end({ problem: undefined }));
      request.end();
    });
    session.once('error', (error: NodeJS.ErrnoException) => {
      const transport = tls ? 'HTTP/2' : 'HTTP/2 in clear text';
      end(connectionProblem(error, `${what}: it does not speak ${transport}`, hint));
    });
    session.once('close', () => end({ problem: `${what}: it closes the connection`, hint }));
  });
}

function connectionProblem(
  { code = 'unknown' }: NodeJS.ErrnoException,
  otherwise: string,
  hint: string,
): { readonly problem: string; readonly hint: string } {
  switch (code) {
    case 'ECONNREFUSED':
      return {
        problem: 'nothing listens there (ECONNREFUSED)',
        hint: 'start the server, or check host and port',
      };
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return { problem: `the host's name has no address (${code})`, hint: 'check the name' };
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return {
        problem: `the host cannot be reached (${code})`,
        hint: 'check the address, and firewalls',
      };
    default:
      return { problem: `${otherwise} (${code})`, hint };
  }
}
