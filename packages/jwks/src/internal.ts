// For the adapters of this family, which are released together. No promise to others.
export {
  checkAsymmetric,
  JWKS_OPTION_NAMES,
  type JwksOptions,
  type JwksSettings,
  readJwksOptions,
} from './jwks-options.ts';
export { FileLoader } from './file-loader.ts';
export { type KeyDocument, type KeyLoader, keysOf } from './key-loader.ts';
export { RefreshingKeys } from './refreshing-keys.ts';
export { UrlLoader } from './url-loader.ts';
