import { freezeJson, freezeParsedJson } from './freeze-json.ts';
import type { JsonObject } from './json.ts';

/** A verified caller. Deeply frozen; `scopes` is an array, because a frozen Set can still grow. */
export interface Principal<C extends object = JsonObject> {
  readonly subject: string | undefined;
  readonly issuer: string | undefined;
  readonly clientId: string | undefined;
  readonly audience: readonly string[];
  readonly scopes: readonly string[];
  readonly expiresAtEpochSeconds: number | undefined;
  readonly verifiedAtEpochSeconds: number;
  /** `cnf` (RFC 7800). A token that carries one is refused until its proof can be checked. */
  readonly confirmation: { readonly jkt?: string; readonly x5tS256?: string } | undefined;
  /** False if the authenticator accepts tokens of any audience: then only scopes separate the callers. */
  readonly audienceChecked: boolean;
  /**
   * `jti`. This and the next four come from the token's or the answer's raw content; undefined where
   * it is absent there, or has a type that its specification does not allow.
   */
  readonly tokenId: string | undefined;
  /** `sid` (OpenID Connect Front-Channel Logout, section 3). */
  readonly sessionId: string | undefined;
  /** `iat` */
  readonly issuedAtEpochSeconds: number | undefined;
  /** `auth_time` (OpenID Connect Core, section 2) */
  readonly authenticatedAtEpochSeconds: number | undefined;
  /** `acr` (OpenID Connect Core, section 2) */
  readonly acr: string | undefined;
  readonly claims: Readonly<C>;
  /** The name of the authenticator that verified the credentials. */
  readonly authenticator: string;
}

export type PrincipalInit<C extends object = JsonObject> = Partial<Principal<C>> & {
  readonly authenticator: string;
  readonly claims?: C;
};

/** 9999-12-31T23:59:59Z: a later NumericDate is a mistake or an attack. */
export const LAST_EPOCH_SECOND = 253_402_300_799;

class CheckedPrincipal<C extends object> implements Principal<C> {
  readonly subject: string | undefined;
  readonly issuer: string | undefined;
  readonly clientId: string | undefined;
  readonly audience: readonly string[];
  readonly scopes: readonly string[];
  readonly expiresAtEpochSeconds: number | undefined;
  readonly verifiedAtEpochSeconds: number;
  readonly confirmation: Principal['confirmation'];
  readonly audienceChecked: boolean;
  readonly tokenId: string | undefined;
  readonly sessionId: string | undefined;
  readonly issuedAtEpochSeconds: number | undefined;
  readonly authenticatedAtEpochSeconds: number | undefined;
  readonly acr: string | undefined;
  readonly claims: Readonly<C>;
  readonly authenticator: string;
  /** A private member cannot be copied, spread, inherited or forged. */
  // oxlint-disable-next-line no-unused-private-class-members -- used by `in`
  readonly #checked = true;

  constructor(
    init: Omit<PrincipalInit<C>, 'claims'>,
    claims: C | undefined,
    freeze: typeof freezeJson,
  ) {
    this.subject = checkText('subject', init.subject);
    this.issuer = checkText('issuer', init.issuer);
    this.clientId = checkText('clientId', init.clientId);
    this.audience = checkTexts('audience', init.audience);
    this.scopes = checkTexts('scopes', init.scopes);
    this.expiresAtEpochSeconds = checkTime('expiresAtEpochSeconds', init.expiresAtEpochSeconds);
    this.verifiedAtEpochSeconds =
      checkTime('verifiedAtEpochSeconds', init.verifiedAtEpochSeconds) ?? Date.now() / 1000;
    this.confirmation = checkConfirmation(init.confirmation);
    this.audienceChecked = checkBoolean('audienceChecked', init.audienceChecked ?? true);
    this.tokenId = checkText('tokenId', init.tokenId);
    this.sessionId = checkText('sessionId', init.sessionId);
    this.issuedAtEpochSeconds = checkTime('issuedAtEpochSeconds', init.issuedAtEpochSeconds);
    this.authenticatedAtEpochSeconds = checkTime(
      'authenticatedAtEpochSeconds',
      init.authenticatedAtEpochSeconds,
    );
    this.acr = checkText('acr', init.acr);
    this.claims = checkClaims(claims, freeze);
    const authenticator = checkText('authenticator', init.authenticator);
    if (authenticator === undefined) {
      throw new TypeError(
        'principal.authenticator must name the authenticator that verified the credentials',
      );
    }
    this.authenticator = authenticator;
    Object.freeze(this);
  }

  static is(value: unknown): value is Principal<object> {
    return typeof value === 'object' && value !== null && #checked in value;
  }
}
Object.defineProperty(CheckedPrincipal, 'name', { value: 'Principal' });

/**
 * The only way to make a principal: checks the shape, then freezes it and its claims. Text may be
 * undefined; lists default to empty, `verifiedAtEpochSeconds` to now, `audienceChecked` to true.
 *
 * @throws TypeError that names the property with the wrong shape; a call whose authenticator throws it
 * gets INTERNAL.
 * @example createPrincipal({ authenticator: 'api-key', subject: 'alice', scopes: ['orders:read'] })
 */
export function createPrincipal<C extends object = JsonObject>(
  init: PrincipalInit<C>,
): Principal<C> {
  return new CheckedPrincipal(init, init.claims, freezeJson);
}

/**
 * As createPrincipal, for claims that JSON.parse returned and no other code has modified: they contain
 * only JSON, so they are frozen without a check.
 */
export function createParsedPrincipal(
  init: Omit<PrincipalInit<object>, 'claims'>,
  claims: JsonObject,
): Principal<object> {
  return new CheckedPrincipal(init, claims, freezeParsedJson);
}

/** As createPrincipal, without a copy of `init` that includes the claims. */
export function createPrincipalWith(
  init: Omit<PrincipalInit<object>, 'claims'>,
  claims: object,
): Principal<object> {
  return new CheckedPrincipal(init, claims, freezeJson);
}

/** True only for what `createPrincipal` returned. */
export function isPrincipal(value: unknown): value is Principal<object> {
  return CheckedPrincipal.is(value);
}

function checkText(name: string, value: unknown): string | undefined {
  if (value === undefined || (typeof value === 'string' && value !== '')) return value;
  throw new TypeError(`principal.${name} must be a non-empty string or undefined`);
}

const NONE: readonly string[] = Object.freeze([]);

function checkTexts(name: string, value: unknown): readonly string[] {
  if (value === undefined) return NONE;
  // A copy, made before it is checked: a frozen array may have getters.
  const copy: readonly unknown[] = Array.isArray(value)
    ? [...(value as readonly unknown[])]
    : [undefined];
  if (copy.every((item) => typeof item === 'string')) return Object.freeze(copy);
  throw new TypeError(`principal.${name} must be an array of strings`);
}

function checkBoolean(name: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new TypeError(`principal.${name} must be true or false`);
}

function checkTime(name: string, value: unknown): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'number' && value >= 0 && value <= LAST_EPOCH_SECOND) return value;
  throw new TypeError(`principal.${name} must be seconds since the epoch, 0 to the year 9999`);
}

function checkConfirmation(value: Principal['confirmation']): Principal['confirmation'] {
  if (value === undefined) return undefined;
  if (typeof value !== 'object' || value === null) {
    throw new TypeError('principal.confirmation must be an object or undefined');
  }
  const { jkt, x5tS256 } = value;
  checkText('confirmation.jkt', jkt);
  checkText('confirmation.x5tS256', x5tS256);
  return Object.freeze({
    ...(jkt === undefined ? undefined : { jkt }),
    ...(x5tS256 === undefined ? undefined : { x5tS256 }),
  });
}

const NO_CLAIMS: object = Object.freeze({});

function checkClaims<C extends object>(
  claims: C | undefined,
  freeze: typeof freezeJson,
): Readonly<C> {
  if (claims === undefined) return NO_CLAIMS as C;
  if (typeof claims !== 'object' || claims === null || Array.isArray(claims)) {
    throw new TypeError('principal.claims must be an object');
  }
  freeze(claims, 'principal.claims');
  return claims;
}
