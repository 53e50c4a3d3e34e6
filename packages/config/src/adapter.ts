// The kit for config plug-ins: how a package makes its authenticators available to a config file.
export { adapterSchema } from './adapter/adapter-schema.ts';
export { buildAll, type ChildSpec } from './adapter/build-all.ts';
export {
  anyValue,
  atMost,
  cacheAge,
  kept,
  members,
  notCutOff,
  sameValue,
  subset,
  superset,
} from './adapter/comparisons.ts';
export {
  type AdapterContext,
  type AuthenticatorAdapter,
  defineAdapter,
  type IssuerSet,
  type PerIssuer,
} from './adapter/define-adapter.ts';
export { type Pins, pinSchema, pinStrictness } from './adapter/pins.ts';
export type { SchemaIssue } from './adapter/schema-issue.ts';
export { type MemberSchemas, secretSection, section } from './adapter/sections.ts';
export type { BothOptions, Comparison, Strictness } from './adapter/strictness.ts';
export { numberIn, text, textOrNone, texts, textsOrOne } from './adapter/values.ts';
export { withPins } from './adapter/with-pins.ts';
export { z } from './adapter/zod.ts';
