import type { Authenticator } from './authenticator.ts';
import type { Principal } from './principal.ts';

/** What the interceptor leaves on a call: that it was seen, by whom, and for whom it passed. */
export interface Mark {
  readonly principal: Principal<object> | undefined;
  /** The authenticator that the interceptor asks; undefined where a test stands in for it. */
  readonly root: Authenticator<object> | undefined;
}

/** A grpc-js call's metadata, as far as marks need it. */
export interface Markable {
  setOpaque(key: string, value: unknown): void;
  getOpaque(key: string): unknown;
}

/** Opaque data never goes over the wire, nor comes from it. */
const KEY = '@grpc-authn/mark';

export function leaveMark(metadata: Pick<Markable, 'setOpaque'>, mark: Mark): void {
  metadata.setOpaque(KEY, mark);
}

export function findMark(metadata: Pick<Markable, 'getOpaque'>): Mark | undefined {
  return metadata.getOpaque(KEY) as Mark | undefined;
}
