import type { Authenticator, Credentials } from '../contract/authenticator.ts';
import type { CheckStep } from '../contract/check-step.ts';
import { TokenTooLarge } from '../credentials/bearer.ts';
import { AuthError } from '../errors/auth-error.ts';
import type { GateAnswer } from '../gate/gate.ts';

/** Whether the caller sent credentials of a scheme that the authenticator accepts. */
export function credentialsStep(call: {
  readonly authenticator: Authenticator<object>;
  readonly credentials: Credentials | AuthError | undefined;
  readonly answer: GateAnswer;
  readonly wasAsked: boolean;
}): CheckStep {
  const { name, schemes = ['bearer'] } = call.authenticator;
  const step = { check: 'credentials', authenticator: name } as const;
  const expected = `credentials of the scheme ${schemes.join(' or ')}`;
  const received = describeCredentials(call.credentials);
  if (call.wasAsked) return { ...step, result: 'passed', expected, received };
  const { refusal } = call.answer;
  // The method is public, denied, or open to anonymous callers.
  if (refusal === undefined || refusal.code === 'permission_denied') {
    return { ...step, result: 'not_reached', received };
  }
  const hint = HINTS[refusal.reason] ?? 'correct the code that reads the credentials';
  if (refusal.cause instanceof TokenTooLarge) {
    const { bytes, maxTokenBytes } = refusal.cause;
    const size = `a token of at most ${maxTokenBytes} bytes`;
    return { ...step, result: 'failed', expected: size, received: `${bytes} bytes`, hint };
  }
  const found = AuthError.is(call.credentials) ? FINDINGS[refusal.reason] : undefined;
  return { ...step, result: 'failed', expected, received, hint, ...found };
}

function describeCredentials(credentials: Credentials | AuthError | undefined): string {
  if (credentials === undefined) return 'none';
  if (!AuthError.is(credentials)) return `the scheme ${credentials.scheme}`;
  return `${credentials.code}/${credentials.reason}`;
}

/** What the reader of a header found, by the reason. */
const FINDINGS: Readonly<Record<string, Pick<CheckStep, 'expected' | 'received'>>> = {
  other_scheme: { received: 'another scheme' },
  multiple: { expected: 'one token', received: 'several values, or a comma' },
  bad_characters: {
    expected: 'a token of letters, digits and -._~+/=',
    received: 'other characters',
  },
};

const HINTS: Readonly<Record<string, string>> = {
  absent: 'send the header "authorization: Bearer TOKEN"',
  other_scheme: 'send the header "authorization: Bearer TOKEN"',
  multiple: 'send one authorization header with one token',
  too_large: 'request a token with fewer claims, or raise credentials.maxTokenBytes',
  bad_characters: 'send the token as it was issued, without quotes or line breaks',
};
