// Everything of ./authenticator, and the grpc-js interceptor.
export * from './authenticator.ts';
export { type Admission, findAdmission } from './grpc/admission.ts';
export {
  bearerFromMetadata,
  type BearerOptions,
  type CredentialsExtractor,
} from './grpc/bearer-from-metadata.ts';
export { createAuthInterceptor } from './grpc/create-auth-interceptor.ts';
export { currentPrincipal } from './grpc/current-principal.ts';
export type {
  AuthInterceptorOptions,
  GrpcOptions,
  SharedGuardOptions,
} from './grpc/interceptor-options.ts';
export { type AuthenticatedCall, findPrincipal, getPrincipal } from './grpc/principal-access.ts';
export { type RefusalStatus, toStatus } from './grpc/status.ts';
