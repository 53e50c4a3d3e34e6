// For the adapters of this family, which are released together. No promise to others.
export { isLoopbackHost } from './address/address-scope.ts';
export { checkMetadataUrl, checkWrittenUrl } from './address/url-rules.ts';
export {
  BasicEncoding,
  type BasicEncodingOption,
  type BasicForm,
  plainBasic,
} from './client-authentication/basic-encoding.ts';
export { Discovery, type DiscoveryOptions } from './discovery/discovery.ts';
export type { ConnectionOptions } from './fetch/agents.ts';
export { GuardedFetch } from './fetch/guarded-fetch.ts';
export { maxAgeMsOf } from './fetch/cache-control.ts';
export type { HttpRequest } from './fetch/http-exchange.ts';
export {
  type ClientCertificate,
  type HttpOptions,
  type HttpSettings,
  readHttpOptions,
} from './fetch/http-options.ts';
export { retryAfterMs } from './fetch/retry-after.ts';
export { loadPackage } from './load-package.ts';
export { ProviderError, type ProviderProblem, shownUrl } from './provider-error.ts';
export { RefreshedValue } from './refresh/refreshed-value.ts';
export type { RefreshFailure, RefreshReason } from './refresh/refreshed-value-options.ts';
