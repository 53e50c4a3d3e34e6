import { AuthError, type CheckName, type Verdict } from '@grpc-authn/core/authenticator';
import { CHECK_NAMES } from '@grpc-authn/core/internal';
import type { JwtRules } from '../authenticator/jwt-options.ts';
import { readToken } from '../authenticator/token-check.ts';
import { MAX_BYTES } from '../compact/split-compact-jws.ts';
import type { HeaderFields } from '../compact/protected-header.ts';
import type { ImportedKeySet } from '../keys/key-set.ts';
import { reportClaims } from './claim-steps.ts';
import { reportHeader } from './header-steps.ts';
import { reportKey, reportSignature } from './key-steps.ts';
import { reportSchema } from './schema-steps.ts';
import { StepReporter, type Trace } from './step-reporter.ts';

/** The checks between `format` and `pins`. */
const TOKEN_CHECKS: readonly CheckName[] = CHECK_NAMES.slice(
  CHECK_NAMES.indexOf('header'),
  CHECK_NAMES.indexOf('pins'),
);

const FORMAT = 'three parts of base64url; header and payload are JSON objects';
const FORMATS: Readonly<Record<string, string>> = {
  not_a_compact_jws: 'text that does not have three parts, such as an opaque token',
  not_base64url: 'a part that is not base64url',
  not_a_json_object: 'a header or payload that is not a JSON object',
  encrypted: 'an encrypted token (JWE)',
};

/**
 * Reports the checks of one token, each by the function that verifies tokens: those that need no key at once,
 * all of them, and the others from the verdict.
 */
export class TokenTrace {
  readonly #rules: JwtRules;
  readonly #steps: StepReporter;
  readonly #header: HeaderFields | undefined;

  constructor(jwt: string, rules: JwtRules, trace: Trace) {
    this.#rules = rules;
    const steps = new StepReporter(rules.name, trace);
    this.#steps = steps;
    const token = readToken(jwt);
    if (AuthError.is(token)) {
      steps.report('format', {
        ...(token.reason === 'too_large'
          ? { expected: `a token of at most ${MAX_BYTES} bytes`, received: `${jwt.length} bytes` }
          : { expected: FORMAT, received: FORMATS[token.reason] ?? token.reason }),
        fault: 'send the access token of the provider as it was issued, and only that',
      });
      steps.notReached(...TOKEN_CHECKS, ...(rules.pins === undefined ? [] : ['pins' as const]));
      return;
    }
    const { header, payload } = token;
    steps.report('format', { received: 'a JWT' });
    reportHeader(steps, header, rules);
    reportClaims(steps, payload, rules);
    this.#header = AuthError.is(header) ? undefined : header;
  }

  /** `last`: the keys with which the token was verified, if there were any. */
  conclude(
    verdict: Verdict<object>,
    { last }: { readonly last: ImportedKeySet | undefined },
  ): void {
    const steps = this.#steps;
    const header = this.#header;
    if (header === undefined || steps.hasFailed) {
      steps.notReached('key', 'signature');
    } else {
      reportKey(steps, verdict, header, last);
      reportSignature(steps, verdict, header);
    }
    if (this.#rules.hasSchema) reportSchema(steps, verdict);
  }
}
