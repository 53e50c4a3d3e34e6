import type { AuthEvent, Decision } from '@grpc-authn/core';

/** Logs the authenticator or the reason of a rejection, with the claim's name: no token, no personal name. */
export function logDecision({ outcome, method, error, principal }: Decision): void {
  const by = principal === undefined ? '' : ` by ${principal.authenticator}`;
  const claim = error?.claim === undefined ? '' : ` (${error.claim})`;
  const why = error === undefined ? '' : ` for ${error.code}, ${error.reason}${claim}`;
  console.log(`${outcome} ${method}${by}${why}`);
}

/** Logs events of an authenticator or the config for the operator. */
export function logEvent({ type, authenticator, error }: AuthEvent): void {
  const why = error instanceof Error ? `: ${error.message}` : '';
  console.log(`event ${type} of ${authenticator}${why}`);
}

export function logReload(error: Error | undefined): void {
  console.log(error === undefined ? 'reloaded' : `not reloaded: ${error.message}`);
}
