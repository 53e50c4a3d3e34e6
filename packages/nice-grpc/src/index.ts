export { createNiceAuth, type NiceAuth, type NiceAuthOptions } from './create-nice-auth.ts';
export { getNicePrincipal, type NicePrincipal } from './nice-principal.ts';
