import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import {
  allowAnonymous,
  authenticated,
  definePolicy,
  type Policy,
  publicMethod,
  requireScopes,
  type Rule,
} from '@grpc-authn/core';

/** The service of proto/echo.proto, as every framework serves it. */
export const SERVICE = 'echo.v1.Echo';

export const CALL_KINDS = ['unary', 'clientStream', 'serverStream', 'bidi'] as const;
export type CallKind = (typeof CALL_KINDS)[number];

/** A method of each kind for authenticated callers, and three unary ones with rules of their own. */
export type EchoMethod = CallKind | 'scoped' | 'anonymous' | 'public';

export const SCOPE = 'echo:admin';

/** Where rules are written in another way, by decorators for example, they are these. */
export const RULES: Readonly<Partial<Record<EchoMethod, Rule>>> = {
  scoped: requireScopes(SCOPE),
  anonymous: allowAnonymous(),
  public: publicMethod(),
};

export const POLICY: Policy = definePolicy({
  [`${SERVICE}/*`]: authenticated(),
  ...Object.fromEntries(
    Object.entries(RULES).map(([method, rule]) => [pathOf(method).slice(1), rule]),
  ),
});

/** '/echo.v1.Echo/ServerStream' */
export function pathOf(method: string): string {
  return `/${SERVICE}/${method.charAt(0).toUpperCase()}${method.slice(1)}`;
}

export function kindOf(method: EchoMethod): CallKind {
  return CALL_KINDS.find((kind) => kind === method) ?? 'unary';
}

/** The message `Text`. */
export function encodeText(text: string): Buffer {
  return Buffer.from(new BinaryWriter().tag(1, WireType.LengthDelimited).string(text).finish());
}

/** @throws for bytes that are not a `Text` */
export function decodeText(bytes: Uint8Array): string {
  const reader = new BinaryReader(bytes);
  let text = '';
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === 1 && wireType === WireType.LengthDelimited) text = reader.string();
    else reader.skip(wireType, field);
  }
  return text;
}
