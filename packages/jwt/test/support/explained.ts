import {
  AuthError,
  type Authenticator,
  type Credentials,
  explain,
  type Explanation,
  type ExplainOptions,
  type Principal,
} from '@grpc-authn/core/authenticator';
import { CHECK_NAMES } from '@grpc-authn/core/internal';
import { expect } from 'vitest';

/** An explanation that is well-formed: see assertWellFormed. */
export async function explained(
  authenticator: Authenticator<object>,
  token: string,
  options: ExplainOptions = {},
): Promise<Explanation> {
  const credentials = { scheme: 'bearer', token };
  const explanation = await explain(authenticator, credentials, options);
  assertWellFormed(explanation, credentials);
  return explanation;
}

/** Fails if the verdict of explain() is not that of the authenticator. */
export async function assertAgrees(
  authenticator: Authenticator<object>,
  token: string,
  verdict: Principal<object> | AuthError,
): Promise<void> {
  const { outcome, error } = await explained(authenticator, token);
  // A guard refuses it, whatever the authenticator says.
  if (error?.reason === 'binding') return;
  expect(error && describeRefusal(error)).toEqual(
    AuthError.is(verdict) ? describeRefusal(verdict) : undefined,
  );
  expect(outcome === 'allowed').toBe(!AuthError.is(verdict));
}

export function describeRefusal(error: AuthError): object {
  const { code, reason, claim, tokenExpired, requiredScopes } = error;
  return { code, reason, claim, tokenExpired, requiredScopes };
}

/**
 * Each authenticator reports each check once and in order, a refusal has a failed step with a hint, and no
 * step shows a part of the credentials.
 */
export function assertWellFormed(
  { outcome, steps }: Explanation,
  { token }: Partial<Credentials> = {},
): void {
  const places = new Map<string, number>();
  for (const { check, authenticator } of steps) {
    const place = CHECK_NAMES.indexOf(check);
    expect(place, `${authenticator}: ${check}`).toBeGreaterThan(places.get(authenticator) ?? -1);
    places.set(authenticator, place);
  }
  const failures = steps.filter(({ result }) => result === 'failed');
  if (outcome !== 'allowed') expect(failures).not.toEqual([]);
  for (const { hint } of failures) expect(hint).toMatch(/\w/);
  const shown = JSON.stringify(steps);
  for (const part of [token ?? '', ...(token ?? '').split('.')]) {
    if (part.length >= 16) expect(shown).not.toContain(part);
  }
}
