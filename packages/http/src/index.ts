// For the adapters of this family, which are released together. No promise to anybody else.
export { isLoopbackHost } from './address-scope.ts';
export { GuardedFetch } from './guarded-fetch.ts';
export type { HttpRequest } from './http-exchange.ts';
export {
  type ClientCertificate,
  type HttpOptions,
  type HttpSettings,
  readHttpOptions,
} from './http-options.ts';
export { type HttpFileOptions, httpShape } from './http-shape.ts';
export { ProviderError, type ProviderProblem, shownUrl } from './provider-error.ts';
export { retryAfterMs } from './retry-after.ts';
export { checkMetadataUrl, checkWrittenUrl } from './url-rules.ts';
