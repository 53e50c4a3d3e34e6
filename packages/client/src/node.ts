export type { ClientAuthentication, HttpOptions } from '@grpc-authn/provider';
export { createClientCredentialsSource } from './node/client-credentials-source.ts';
export { createRefreshTokenSource } from './node/refresh-token-source.ts';
export type { TokenEndpointOptions } from './node/token-endpoint-options.ts';
export { createTokenExchangeSource } from './node/token-exchange-source.ts';
export { createTokenFileSource } from './node/token-file-source.ts';
