export type { AccessToken } from './access-token.ts';
export type { Clock, RenewalEvent, RenewalOptions } from './renewal-options.ts';
export { createTokenSource, type RequestToken, type TokenSource } from './token-source.ts';
export { TokenUnavailableError } from './token-unavailable-error.ts';
