import { describeSecret, wrongOption } from '@grpc-authn/core/internal';
import { getProxyForUrl } from 'proxy-from-env';
import { isLoopbackHost, literalAddressOf, scopeOfAddress } from '../address/address-scope.ts';
import { ProviderError, shownUrl } from '../provider-error.ts';

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

/** Which proxy a URL is requested through. Decided once per origin: reading the environment takes time. */
export class Proxies {
  readonly #setting: ProxySetting;
  /** By origin; false for none. */
  readonly #known = new Map<string, URL | false>();

  constructor(setting: ProxySetting) {
    this.#setting = setting;
  }

  /**
   * Undefined without a proxy. Loopback is never proxied.
   *
   * @throws ProviderError `connection` if the environment names no usable proxy, `address` for a link-local
   *   or reserved address.
   */
  for(url: URL): URL | undefined {
    let proxy = this.#known.get(url.origin);
    if (proxy === undefined) {
      proxy = isLoopbackHost(url) ? false : this.#find(url);
      if (proxy !== false) checkProxied(url);
      this.#known.set(url.origin, proxy);
    }
    return proxy === false ? undefined : proxy;
  }

  #find(url: URL): URL | false {
    if (this.#setting !== 'environment') return this.#setting;
    const named = getProxyForUrl(url.href);
    if (named === '') return false;
    const proxy = proxyUrl(named);
    if (proxy !== undefined) return proxy;
    const variable = `${url.protocol.slice(0, -1).toUpperCase()}_PROXY`;
    throw new ProviderError(
      'connection',
      `${variable} (or ALL_PROXY): expected an http or https URL without a path; correct it, or set http.proxy`,
    );
  }
}

/** A link-local address means this machine's network, which is not the proxy's. */
function checkProxied(url: URL): void {
  const literal = literalAddressOf(url);
  if (literal === undefined || scopeOfAddress(literal) !== 'forbidden') return;
  throw new ProviderError(
    'address',
    `${shownUrl(url)}: is a link-local or reserved address, which no proxy is asked for; set http.proxy to false`,
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
