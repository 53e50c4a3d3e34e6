// The config plug-ins of byIssuer and byTrustedIssuer, and the sections that every JWT plug-in has.
export { adapter } from './adapter/by-issuer-adapter.ts';
export { adapter as byTrustedIssuerAdapter } from './adapter/by-trusted-issuer-adapter.ts';
export {
  type AsymmetricFileOptions,
  asymmetricSchema,
  asymmetricStrictness,
  type JwtFileOptions,
  jwtSchema,
  jwtStrictness,
} from './adapter/jwt-schema.ts';
