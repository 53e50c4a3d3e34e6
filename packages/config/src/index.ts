export { loadAuth, type LoadAuthOptions, type LoadedAuth, type LoadedClaims } from './load-auth.ts';
