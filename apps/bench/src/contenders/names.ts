/** Under these names contenders stand in the report, which is written without loading any. */
export const OURS = 'grpc-authn';
export const OURS_CACHED = 'grpc-authn, cached';
export const OURS_JWS = 'grpc-authn, JWS alone';

/** What was installed to be compared. */
export const PACKAGES: readonly string[] = [
  '@grpc/grpc-js',
  'aws-jwt-verify',
  'express-oauth2-jwt-bearer',
  'fast-jwt',
  'jose',
  'jsonwebtoken',
  'jwks-rsa',
  'openid-client',
  'undici',
];
