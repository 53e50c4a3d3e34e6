import type { JsonObject } from './json.ts';

/** The pins of a config file, as the member `pins` of the claims schema that they are a part of. */
export interface PinnedClaims {
  /** The accepted values, by claim. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  /** The application has a schema, too. */
  readonly hasSchema: boolean;
  /** The name of the first claim that has none of its values. */
  findWrong(payload: JsonObject): string | undefined;
}
