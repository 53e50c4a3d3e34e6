export { connectCors } from './connect-cors.ts';
export { findConnectPrincipal, getConnectPrincipal } from './connect-principal.ts';
export {
  type ConnectAuth,
  type ConnectAuthOptions,
  createConnectAuth,
} from './create-connect-auth.ts';
