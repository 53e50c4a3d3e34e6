import { readFileSync } from 'node:fs';
import { X509Certificate } from 'node:crypto';
import { type Input, isSet, textOption } from '../../command/command.ts';
import { Failure, UsageError } from '../../command/failure.ts';

/** Where a call goes, and how. */
export interface Target {
  readonly host: string;
  readonly port: number;
  /** As grpc-js takes it. */
  readonly address: string;
  readonly tls: boolean;
  /** PEM; undefined: the authorities of Node.js. */
  readonly ca: Buffer | undefined;
}

/** @throws UsageError, Failure for a file of --ca that is no certificate, or one that has expired */
export function readTarget(input: Input): Target {
  const { host, port } = readAddress(input.positionals[0] ?? '');
  const file = textOption(input, 'ca');
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const ca = file === undefined ? undefined : readAuthorities(file);
  return { host, port, address, tls: isSet(input, 'tls') || ca !== undefined, ca };
}

function readAddress(text: string): { readonly host: string; readonly port: number } {
  const [, v6, name, digits] = /^(?:\[([0-9A-Fa-f:.]+)\]|([\w.-]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = v6 ?? name;
  const port = Number(digits);
  if (host !== undefined && port > 0 && port <= 65_535) return { host, port };
  throw new UsageError('expected HOST:PORT such as 127.0.0.1:50051, without a scheme and a path');
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

function readAuthorities(file: string): Buffer {
  let pem: Buffer;
  try {
    pem = readFileSync(file);
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new UsageError(`--ca: the file cannot be read (${code})`);
  }
  const certificates = (pem.toString('latin1').match(CERTIFICATE) ?? []).map(parseCertificate);
  if (certificates.length === 0) {
    throw new UsageError('--ca: expected a file with certificates in PEM, received none in it');
  }
  const expired = certificates.filter(({ validTo }) => Date.parse(validTo) < Date.now());
  if (expired.length === certificates.length) {
    const [{ validTo } = { validTo: '' }] = expired;
    throw new Failure(
      `--ca: the authority's certificate expired on ${validTo}; get the current one from those who issue the server's`,
    );
  }
  return pem;
}

function parseCertificate(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw new UsageError(
      '--ca: expected a file with certificates in PEM, received one that is broken',
    );
  }
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/i;

/** True if a token would cross a network in clear text. */
export function isExposed({ tls, host }: Target): boolean {
  return !tls && !LOOPBACK.test(host);
}
