declare module 'proxy-from-env' {
  /** The proxy's URL, or '' without one. */
  export function getProxyForUrl(url: URL): string;
}
