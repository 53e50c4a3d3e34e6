import { AuthError, type Verdict } from '@grpc-authn/core/authenticator';
import type { HeaderFields } from '../compact/protected-header.ts';
import type { ImportedKeySet } from '../keys/key-set.ts';
import type { StepReporter } from './step-reporter.ts';

/** Reports `key`, by the verdict: whether there is one for the token. */
export function reportKey(
  steps: StepReporter,
  verdict: Verdict<object>,
  { kid, algorithm }: HeaderFields,
  keys: ImportedKeySet | undefined,
): void {
  const named = kid === undefined ? 'a token without kid' : `kid ${JSON.stringify(kid)}`;
  const expected = keys === undefined ? 'the keys of the issuer' : describeKeys(keys);
  const fault = faultOf(verdict, keys);
  steps.report('key', {
    expected,
    received: fault === undefined || keys !== undefined ? `${named}, ${algorithm}` : 'no keys',
    fault,
  });
}

function faultOf(verdict: Verdict<object>, keys: ImportedKeySet | undefined): string | undefined {
  if (!AuthError.is(verdict)) return undefined;
  const { code, reason, cause } = verdict;
  if (reason === 'signature' || reason === 'claim') return undefined;
  // The schema failed.
  if (code === 'internal' && keys !== undefined) return undefined;
  if (reason === 'algorithm') {
    return 'the key of this kid is for another algorithm: let the issuer sign with that';
  }
  if (reason === 'unknown_key') {
    return 'request a new token; if that is refused, too, it is of another environment than the keys';
  }
  const why = code === 'unavailable' && cause instanceof Error ? `: ${cause.message}` : '';
  return `make the keys available (${code}/${reason}${why})`;
}

function describeKeys(keys: ImportedKeySet): string {
  const kids = keys.kids.map((kid) => JSON.stringify(kid));
  return kids.length === 0 ? 'one of the keys, which have no kid' : `kid ${kids.join(' or ')}`;
}

/** Reports `signature`, by the verdict. */
export function reportSignature(
  steps: StepReporter,
  verdict: Verdict<object>,
  { algorithm }: HeaderFields,
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
