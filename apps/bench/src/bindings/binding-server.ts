import type { Authenticator } from '@grpc-authn/core';

/** A framework's server with one unary method, bare or with its binding. */
export interface BindingServer {
  /**
   * Serves `bench.v1.Bench/Unary` on a free port of 127.0.0.1. With an authenticator, the binding decides each call and
   * the handler reads its caller; without one, the framework is alone.
   *
   * @returns the port
   */
  start(authenticator: Authenticator<object> | undefined): Promise<number>;
}

/** What every handler answers. */
export const ANSWER = { value: 'done' };

/** Fails where a binding lets a call through without its caller, which would make it look cheap. */
export function checkCaller(principal: { readonly subject: string | undefined } | undefined): void {
  if (principal?.subject === undefined) throw new Error('expected a caller, received none');
}
