export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;

/** What JSON.parse gives for an object; claims are one. */
export interface JsonObject {
  readonly [name: string]: JsonValue;
}

export type OneOrMore<T> = T | readonly [T, ...T[]];
