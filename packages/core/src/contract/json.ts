export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;

/** An object as JSON.parse returns it: the claims of a token, for example. */
export interface JsonObject {
  readonly [name: string]: JsonValue;
}

export type OneOrMore<T> = T | readonly [T, ...T[]];
