export { GrpcAuthModule } from './auth-module.ts';
export { CurrentPrincipal } from './current-principal.ts';
export type { GrpcAuthModuleOptions } from './module-policy.ts';
export {
  AllowAnonymous,
  Authenticated,
  PublicMethod,
  RequireAnyScope,
  RequireRule,
  RequireScopes,
} from './rule-decorators.ts';
export { type NestAuthOptions, withGrpcAuth } from './with-grpc-auth.ts';
