import { describeSecret, wrongOption } from '@grpc-authn/core/internal';
import { getProxyForUrl } from 'proxy-from-env';
import { isLoopbackHost } from '../address/address-scope.ts';
import { ProviderError } from '../provider-error.ts';

/** `environment`: the variables HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY, in upper or lower case. */
export type ProxySetting = 'environment' | URL | false;

/** @throws ConfigError. The value may contain a password, so no message shows it. */
export function readProxy(proxy: unknown, hasFetch: boolean): ProxySetting {
  const expected = "'environment', false, or an http or https URL without a path";
  if (proxy === undefined || proxy === 'environment') return 'environment';
  if (proxy === false) return false;
  const url = typeof proxy === 'string' ? proxyUrl(proxy) : undefined;
  if (url === undefined) throw wrongOption('http.proxy', describeSecret(proxy), expected);
  if (hasFetch) {
    throw wrongOption(
      'http.proxy',
      'a URL',
      'no proxy beside http.fetch, which sends the requests',
    );
  }
  return url;
}

/**
 * The proxy for requests to this URL; undefined without one. Loopback is never proxied.
 *
 * @throws ProviderError `connection` if the environment names no usable proxy.
 */
export function proxyFor(url: URL, setting: ProxySetting): URL | undefined {
  if (setting === false || isLoopbackHost(url)) return undefined;
  if (setting !== 'environment') return setting;
  const named = getProxyForUrl(url.href);
  if (named === '') return undefined;
  const proxy = proxyUrl(named);
  if (proxy !== undefined) return proxy;
  const variable = `${url.protocol.slice(0, -1).toUpperCase()}_PROXY`;
  throw new ProviderError(
    'connection',
    `${variable} (or ALL_PROXY): expected an http or https URL without a path; correct it, or set http.proxy`,
  );
}

function proxyUrl(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const isHttp = url.protocol === 'http:' || url.protocol === 'https:';
  const isOrigin = url.pathname === '/' && url.search === '' && url.hash === '';
  return isHttp && isOrigin && canDecode(url.username + url.password) ? url : undefined;
}

function canDecode(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
