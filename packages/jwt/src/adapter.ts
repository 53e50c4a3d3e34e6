// The config plug-in of byIssuer, and the sections that every JWT plug-in has.
export { adapter } from './adapter/by-issuer-adapter.ts';
export {
  type AsymmetricFileOptions,
  asymmetricSchema,
  type JwtFileOptions,
  jwtSchema,
} from './adapter/jwt-schema.ts';
