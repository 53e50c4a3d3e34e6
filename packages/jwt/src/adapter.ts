// The config plug-in of byIssuer, and the sections that every JWT plug-in has.
export { adapter } from './adapter/by-issuer-adapter.ts';
export {
  type AsymmetricFileOptions,
  asymmetricSchema,
  asymmetricStrictness,
  type JwtFileOptions,
  jwtSchema,
  jwtStrictness,
} from './adapter/jwt-schema.ts';
