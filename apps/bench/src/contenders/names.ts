/** Names of the contenders in the report, which is written without loading any of them. */
export const OURS = 'grpc-authn';
export const OURS_CACHED = 'grpc-authn, cached';
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
