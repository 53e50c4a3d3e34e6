import {
  checkFunction,
  checkNumber,
  checkOptionNames,
  describeSecret,
  describeValue,
  wrongOption,
} from '@grpc-authn/core/internal';
import { type ProxySetting, readProxy } from './proxy.ts';

/** How requests are sent to a provider. */
export interface HttpOptions {
  /** Replaces the built-in fetch, and with it the address checks while connecting. */
  readonly fetch?: typeof fetch;
  /** PEM certificates, which replace the system's certificate authorities. */
  readonly ca?: string | Uint8Array;
  /** Headers for every request to a configured origin. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds for one request, from connect to the last byte, 1 to 60,000. Default 5,000. */
  readonly timeoutMs?: number;
  /** Origins that may use http, such as 'http://idp.internal:8080'. Loopback is always allowed. */
  readonly dangerouslyAllowHttpFrom?: readonly string[];
  /**
   * The HTTP proxy: `environment` (default) follows HTTPS_PROXY and NO_PROXY, a URL names one, which may
   * contain user name and password, and `false` uses none. Loopback is never proxied. The proxy resolves
   * names, so only literal addresses in a provider's metadata are checked.
   */
  readonly proxy?: string | false;
}

/** A client certificate, for mutual TLS. */
export interface ClientCertificate {
  readonly cert: string;
  readonly key: string;
}

/** The options, checked and copied. */
export interface HttpSettings {
  readonly fetch: typeof fetch | undefined;
  readonly ca: string | Buffer | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly plainOrigins: ReadonlySet<string>;
  readonly proxy: ProxySetting;
}

/** Range of `timeoutMs`; both ends are allowed. */
export const TIMEOUT_MS: {
  readonly default: number;
  readonly min: number;
  readonly max: number;
} = Object.freeze({ default: 5000, min: 1, max: 60_000 });

export function readHttpOptions(options: HttpOptions = {}): HttpSettings {
  checkOptionNames('http', options, [
    'fetch',
    'ca',
    'headers',
    'timeoutMs',
    'dangerouslyAllowHttpFrom',
    'proxy',
  ]);
  checkFunction('http.fetch', options.fetch);
  return Object.freeze({
    fetch: options.fetch,
    ca: readCa(options.ca),
    headers: readHeaders(options.headers ?? {}),
    timeoutMs: checkNumber('http.timeoutMs', options.timeoutMs, TIMEOUT_MS),
    plainOrigins: readOrigins(options.dangerouslyAllowHttpFrom ?? []),
    proxy: readProxy(options.proxy, options.fetch !== undefined),
  });
}

function readCa(ca: unknown): string | Buffer | undefined {
  if (ca === undefined || typeof ca === 'string') return ca;
  if (ca instanceof Uint8Array) return Buffer.from(ca);
  throw wrongOption('http.ca', describeValue(ca), 'a certificate in PEM');
}

function readHeaders(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  if (typeof headers !== 'object' || headers === null) {
    throw wrongOption('http.headers', describeValue(headers), 'an object of strings');
  }
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value !== 'string') {
      throw wrongOption(`http.headers.${name}`, describeSecret(value), 'a string');
    }
  }
  try {
    return Object.freeze(Object.fromEntries(new Headers(headers)));
  } catch {
    throw wrongOption('http.headers', 'others', 'names and values that HTTP allows');
  }
}

function readOrigins(origins: readonly string[]): ReadonlySet<string> {
  const option = 'http.dangerouslyAllowHttpFrom';
  if (!Array.isArray(origins))
    throw wrongOption(option, describeValue(origins), 'a list of origins');
  for (const origin of origins as readonly unknown[]) {
    const isOrigin =
      typeof origin === 'string' && URL.canParse(origin) && new URL(origin).origin === origin;
    if (!isOrigin || !origin.startsWith('http://')) {
      throw wrongOption(
        option,
        describeValue(origin),
        "origins such as 'http://idp.internal:8080'",
      );
    }
  }
  return new Set(origins);
}
