import {
  AuthError,
  type CheckName,
  type JsonObject,
  type Verdict,
} from '@grpc-authn/core/authenticator';
import type { JwtRules } from '../authenticator/jwt-options.ts';
import { decodeCompactJws } from '../compact/decode-compact-jws.ts';
import { parseJsonObject } from '../compact/json-object.ts';
import { parseProtectedHeader, type ProtectedHeader } from '../compact/protected-header.ts';
import { splitCompactJws } from '../compact/split-compact-jws.ts';
import { reportClaims } from './claim-steps.ts';
import { reportHeader } from './header-steps.ts';
import { reportKey, reportSignature } from './key-steps.ts';
import { StepReporter, type Trace } from './step-reporter.ts';

const HEADER_CHECKS: readonly CheckName[] = ['header', 'algorithm', 'type'];
const CLAIM_CHECKS: readonly CheckName[] = [
  'issuer',
  'audience',
  'token_use',
  'expiry',
  'not_before',
  'issued_at',
  'required_claims',
  'subject',
];

/** A token whose parts are JSON. The header may be refused all the same. */
interface ReadableToken {
  readonly header: ProtectedHeader | AuthError;
  readonly payload: JsonObject;
}

/**
 * Reports the checks of one token to explain(), each by the function that verifies tokens: those that need no
 * key at once, all of them, and the others from the verdict.
 */
export class TokenTrace {
  readonly #rules: JwtRules;
  readonly #steps: StepReporter;
  readonly #header: ProtectedHeader | undefined;

  constructor(jwt: string, rules: JwtRules, trace: Trace) {
    this.#rules = rules;
    const steps = new StepReporter(rules.name, trace);
    this.#steps = steps;
    const token = readToken(jwt);
    if (AuthError.is(token)) {
      steps.report('format', {
        expected: 'three parts of base64url, of which two are JSON objects',
        received: FORMATS[token.reason] ?? token.reason,
        fault: 'send the access token of the provider as it was issued, and only that',
      });
      steps.notReached(...HEADER_CHECKS, ...CLAIM_CHECKS);
      return;
    }
    const { header, payload } = token;
    steps.report('format', { received: 'a JWT' });
    reportHeader(steps, header, rules);
    reportClaims(steps, payload, rules);
    this.#header = AuthError.is(header) ? undefined : header;
  }

  /** `keys` are those that the authenticator has now. */
  conclude(verdict: Verdict<object>, keys: unknown): void {
    const steps = this.#steps;
    const header = this.#header;
    if (header === undefined || steps.hasFailed) {
      steps.notReached('key', 'signature');
    } else {
      reportKey(steps, verdict, { header, keys });
      reportSignature(steps, verdict, header);
    }
    if (this.#rules.schema !== undefined) reportSchema(steps, verdict);
  }
}

/** As TokenCheck reads it. */
function readToken(jwt: string): ReadableToken | AuthError {
  const split = splitCompactJws(jwt);
  if (AuthError.is(split)) return split;
  const jws = decodeCompactJws(split);
  if (AuthError.is(jws)) return jws;
  const payload = parseJsonObject(jws.payloadBytes);
  if (payload === undefined) return new AuthError('malformed_credentials', 'not_a_json_object');
  const header = parseProtectedHeader(jws.header);
  return AuthError.is(header) && header.code !== 'invalid_token' ? header : { header, payload };
}

const FORMATS: Readonly<Record<string, string>> = {
  not_a_compact_jws: 'text that does not have three parts: an opaque token?',
  not_base64url: 'a part that is not base64url',
  not_a_json_object: 'a header or payload that is not a JSON object',
  encrypted: 'an encrypted token (JWE)',
  too_large: 'a token that is too large',
};

function reportSchema(steps: StepReporter, verdict: Verdict<object>): void {
  if (steps.hasFailed) return steps.notReached('claims_schema');
  const expected = 'claims that the schema accepts';
  if (!AuthError.is(verdict)) return steps.report('claims_schema', { expected });
  const claim = verdict.claim ?? 'unknown';
  steps.report('claims_schema', {
    expected,
    received: `a fault in the claim ${claim}`,
    fault: `compare the claim ${claim} with the option "claims"`,
  });
}
