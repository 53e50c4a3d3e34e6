import {
  AuthError,
  createPrincipal,
  type JsonObject,
  type Principal,
} from '@grpc-authn/core/authenticator';
import { matchAudience } from '../claims/check-audience.ts';
import { checkTimes } from '../claims/check-times.ts';
import { isOfUse } from '../claims/check-use.ts';
import { hasExpired } from '../claims/numeric-date.ts';
import { readIdentity } from '../claims/read-identity.ts';
import { validateClaims } from '../claims/validate-claims.ts';
import { decodeBase64url } from '../compact/base64url.ts';
import { ownMember, parseJsonObject } from '../compact/json-object.ts';
import { parseProtectedHeader } from '../compact/protected-header.ts';
import { type CompactJws, splitCompactJws } from '../compact/split-compact-jws.ts';
import type { JwtRules } from './jwt-options.ts';

type TokenReason = AuthError<'invalid_token'>['reason'];

type TokenIdentity = Pick<
  Principal<object>,
  | 'subject'
  | 'clientId'
  | 'scopes'
  | 'confirmation'
  | 'issuer'
  | 'audience'
  | 'expiresAtEpochSeconds'
>;

/**
 * A token that passed every check that needs no key. Nothing of it is trusted before the signature
 * is; the checks come first because they are cheap, and because an unknown key may cause a look-up.
 */
export class TokenCheck {
  readonly jws: CompactJws;
  readonly algorithm: string;
  readonly kid: string | undefined;
  readonly #rules: JwtRules;
  readonly #payload: JsonObject;
  /** Read before any schema runs, which may write into the payload. */
  readonly #identity: TokenIdentity;
  readonly #nowSeconds: number;

  private constructor(
    rules: JwtRules,
    parts: {
      readonly jws: CompactJws;
      readonly algorithm: string;
      readonly kid: string | undefined;
      readonly payload: JsonObject;
      readonly identity: TokenIdentity;
      readonly nowSeconds: number;
    },
  ) {
    this.jws = parts.jws;
    this.algorithm = parts.algorithm;
    this.kid = parts.kid;
    this.#rules = rules;
    this.#payload = parts.payload;
    this.#identity = parts.identity;
    this.#nowSeconds = parts.nowSeconds;
  }

  static of(token: string, rules: JwtRules): TokenCheck | AuthError {
    const jws = splitCompactJws(token);
    if (AuthError.is(jws)) return jws;
    const bytes = decodeBase64url(jws.payload);
    if (bytes === undefined || decodeBase64url(jws.signature) === undefined) {
      return new AuthError('malformed_credentials', 'not_base64url');
    }
    const payload = parseJsonObject(bytes);
    if (payload === undefined) return new AuthError('malformed_credentials', 'not_a_json_object');
    const nowSeconds = rules.clock.nowMs() / 1000;
    const refuse = (reason: TokenReason): AuthError => refusal(reason, payload, nowSeconds, rules);
    const header = parseProtectedHeader(jws.header);
    if (AuthError.is(header)) {
      return header.code === 'invalid_token' ? refuse(header.reason as TokenReason) : header;
    }
    // First of all: a composition asks the next one about a token of another issuer, and of it alone.
    const issuer = ownMember(payload, 'iss');
    if (typeof issuer !== 'string' || !rules.issuers.includes(issuer)) return refuse('issuer');
    const { algorithm, kid } = header;
    if (!rules.algorithms.includes(algorithm)) return refuse('algorithm');
    if (!rules.types.has(header.typ)) return refuse('type');
    const audience = matchAudience(payload, rules.audience);
    if (audience === undefined) return refuse('audience');
    if (!isOfUse(payload, rules.use)) return refuse('use');
    const time = checkTimes(payload, nowSeconds, rules);
    if (time !== undefined) return refuse(time);
    const identity = readIdentity(payload, rules.scopeClaims, rules.clientIdClaims);
    const complete = rules.requiredClaims.every(
      (name) => (ownMember(payload, name) ?? null) !== null,
    );
    if (identity === undefined || !complete) return refuse('claim');
    const expiresAtEpochSeconds = ownMember(payload, 'exp') as number;
    const whole = { ...identity, issuer, audience: [...audience], expiresAtEpochSeconds };
    return new TokenCheck(rules, { jws, algorithm, kid, payload, identity: whole, nowSeconds });
  }

  refuse(reason: TokenReason): AuthError {
    return refusal(reason, this.#payload, this.#nowSeconds, this.#rules);
  }

  /** Only for a token whose signature was verified. */
  toPrincipal(): Principal<object> | AuthError {
    const payload = this.#payload;
    const { schema, name } = this.#rules;
    const claims = schema === undefined ? payload : validateClaims(schema, payload);
    if (AuthError.is(claims)) return claims;
    return createPrincipal<object>({
      ...this.#identity,
      verifiedAtEpochSeconds: this.#nowSeconds,
      claims,
      authenticator: name,
    });
  }
}

function refusal(
  reason: TokenReason,
  payload: JsonObject,
  nowSeconds: number,
  rules: JwtRules,
): AuthError {
  const tokenExpired = hasExpired(payload, nowSeconds, rules.clockToleranceSeconds);
  return new AuthError('invalid_token', reason, { tokenExpired });
}
