import type { Authenticator } from './authenticator.ts';

/** Where an authenticator says that it stands for another, for as long as a config is not reloaded. */
const SNAPSHOT: unique symbol = Symbol.for('@grpc-authn/snapshot') as never;

/** Told of the calls that an interceptor lets an authenticator decide; once each, in this order. */
export interface CallObserver {
  begun(): void;
  decided(): void;
  ended(): void;
}

export interface Snapshot {
  /** What stands through every reload: where it is asked for, this one vouches too. */
  readonly of: Authenticator<object>;
  readonly calls: CallObserver;
}

export function declareSnapshot(authenticator: Authenticator<object>, snapshot: Snapshot): void {
  Object.defineProperty(authenticator, SNAPSHOT, { value: snapshot });
}

export function snapshotOf(authenticator: Authenticator<object>): Snapshot | undefined {
  return (authenticator as { readonly [SNAPSHOT]?: Snapshot })[SNAPSHOT];
}
