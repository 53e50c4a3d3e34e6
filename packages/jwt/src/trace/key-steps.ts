import { AuthError, type Verdict } from '@grpc-authn/core/authenticator';
import type { ProtectedHeader } from '../compact/protected-header.ts';
import { ImportedKeySet } from '../keys/key-set.ts';
import type { StepReporter } from './step-reporter.ts';

interface KeyQuestion {
  readonly header: ProtectedHeader;
  readonly keys: unknown;
}

/** Reports `key`: whether there is one for the token, by the verdict. */
export function reportKey(
  steps: StepReporter,
  verdict: Verdict<object>,
  { header: { kid, algorithm }, keys }: KeyQuestion,
): void {
  const received =
    kid === undefined ? `no kid, ${algorithm}` : `kid ${JSON.stringify(kid)}, ${algorithm}`;
  const expected = ImportedKeySet.is(keys) ? describeKeys(keys) : 'the keys of the provider';
  if (!AuthError.is(verdict) || ['signature', 'claim'].includes(verdict.reason)) {
    return steps.report('key', { expected, received });
  }
  if (verdict.code === 'invalid_token') {
    const fault =
      verdict.reason === 'algorithm'
        ? 'the key of this kid verifies another algorithm: let the issuer sign with the one of its key'
        : 'request a new token; if that fails, the token is from another environment than the keys';
    return steps.report('key', { expected, received, fault });
  }
  const { cause } = verdict;
  steps.report('key', {
    expected,
    received: `no keys (${verdict.code}/${verdict.reason})`,
    fault:
      verdict.code === 'unavailable' && cause instanceof Error
        ? `make the keys available: ${cause.message}`
        : 'make the keys available',
  });
}

function describeKeys(keys: ImportedKeySet): string {
  const kids = keys.kids.map((kid) => JSON.stringify(kid));
  return kids.length === 0 ? `one of ${keys.size} keys without kid` : `kid ${kids.join(' or ')}`;
}

/** Reports `signature`, by the verdict. */
export function reportSignature(
  steps: StepReporter,
  verdict: Verdict<object>,
  { algorithm }: ProtectedHeader,
): void {
  if (steps.hasFailed) return steps.notReached('signature');
  const isWrong = AuthError.is(verdict) && verdict.reason === 'signature';
  const fault = algorithm.startsWith('HS')
    ? 'compare the secret and its encoding with those of the issuer'
    : 'send the token as it was issued: it was changed, or signed with another key';
  steps.report('signature', {
    expected: `a signature by ${algorithm} with that key`,
    ...(isWrong ? { received: 'another signature', fault } : undefined),
  });
}
