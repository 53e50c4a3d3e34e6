/** Names of the contenders in the report, which is written without loading any of them. */
export const OURS = 'grpc-authn';
export const OURS_CACHED = 'grpc-authn, cached';
/** With subscribers to the diagnostics channels. */
export const OURS_OBSERVED = 'grpc-authn, cached, observed';
/** As they were at another commit. */
export const OURS_BEFORE = 'grpc-authn, before';
export const OURS_CACHED_BEFORE = 'grpc-authn, cached, before';
export const OURS_JWS = 'grpc-authn, JWS alone';

/** The packages that are compared. */
export const PACKAGES: readonly string[] = [
  '@connectrpc/connect',
  '@grpc/grpc-js',
  '@nestjs/microservices',
  'aws-jwt-verify',
  'express-oauth2-jwt-bearer',
  'fast-jwt',
  'jose',
  'jsonwebtoken',
  'jwks-rsa',
  'nice-grpc',
  'openid-client',
  'undici',
];
