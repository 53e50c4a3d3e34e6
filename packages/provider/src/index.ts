// For the adapters of this family, which are released together. No promise to others.
export { isLoopbackHost } from './address/address-scope.ts';
export { checkMetadataUrl, checkWrittenUrl } from './address/url-rules.ts';
export {
  BasicEncoding,
  type BasicEncodingOption,
  type BasicForm,
  plainBasic,
  readBasicEncoding,
} from './client-authentication/basic-encoding.ts';
export { assertionNote } from './client-authentication/assertion.ts';
export {
  type AuthenticationMethods,
  type ClientAuthentication,
  type ClientCredentials,
  PUBLIC_CLIENT,
  readClientAuthentication,
} from './client-authentication/client-authentication.ts';
export { readClientEndpoint } from './client-authentication/client-endpoint.ts';
export { isClientRejected } from './client-authentication/rejected-client.ts';
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
export { askedRestMs, retryAfterMs } from './fetch/retry-after.ts';
export { loadPackage } from './load-package.ts';
export { ProviderError, type ProviderProblem, shownUrl } from './provider-error.ts';
export { RefreshedValue } from './refresh/refreshed-value.ts';
export type { RefreshFailure, RefreshReason } from './refresh/refreshed-value-options.ts';
