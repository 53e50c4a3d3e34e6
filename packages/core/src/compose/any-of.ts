import type {
  AuthenticationContext,
  Authenticator,
  ClaimsOf,
  Credentials,
  ManagedAuthenticator,
  Verdict,
} from '../contract/authenticator.ts';
import { checkAuthenticator } from '../contract/check-authenticator.ts';
import { acceptsOpaqueTokens, leavesOf } from '../contract/composition.ts';
import type { CheckStep } from '../contract/check-step.ts';
import { isPromiseLike } from '../contract/is-promise-like.ts';
import { AuthError } from '../errors/auth-error.ts';
import { ConfigError } from '../errors/config-error.ts';
import { callAuthenticator, toVerdict } from './call-authenticator.ts';
import { Composition } from './composition.ts';

interface Child {
  readonly authenticator: Authenticator<object>;
  readonly schemes: ReadonlySet<string>;
}

class AnyOf extends Composition implements ManagedAuthenticator<object> {
  readonly name: string;
  readonly schemes: readonly string[];
  readonly issuers: readonly string[];
  readonly traits: Composition['traits'];
  readonly #children: readonly Child[];

  constructor(authenticators: readonly Authenticator<object>[]) {
    super();
    this.#children = authenticators.map((authenticator, index) => ({
      authenticator,
      schemes: checkAuthenticator(authenticator, `anyOf[${index}]`),
    }));
    checkChildren(this.#children);
    this.traits = Object.freeze({ children: Object.freeze([...authenticators]) });
    this.name = `anyOf(${authenticators.map(({ name }) => name).join(', ')})`;
    this.schemes = [...new Set(this.#children.flatMap(({ schemes }) => [...schemes]))];
    this.issuers = authenticators.flatMap(({ issuers }) => issuers ?? []);
  }

  authenticate(
    credentials: Credentials,
    context: AuthenticationContext,
  ): Verdict<object> | Promise<Verdict<object>> {
    return this.#ask(0, undefined, credentials, context);
  }

  /** Asks one child after the other, synchronously while they answer synchronously. */
  #ask(
    first: number,
    refusal: AuthError | undefined,
    credentials: Credentials,
    context: AuthenticationContext,
  ): Verdict<object> | Promise<Verdict<object>> {
    let kept = refusal;
    for (let index = first; index < this.#children.length; index += 1) {
      const child = this.#children[index];
      if (child === undefined) continue;
      if (!child.schemes.has(credentials.scheme)) {
        context.trace?.(otherScheme(child, credentials));
        continue;
      }
      const verdict = callAuthenticator(child.authenticator, credentials, context);
      if (isPromiseLike(verdict)) {
        // A copy: the caller may change the object before the next child is asked.
        const asked = { ...credentials };
        return Promise.resolve(verdict)
          .catch(toVerdict)
          .then((late) =>
            saysNotMine(late)
              ? this.#ask(index + 1, better(kept, late), asked, context)
              : this.#decide(late, index, context),
          );
      }
      if (!saysNotMine(verdict)) return this.#decide(verdict, index, context);
      kept = better(kept, verdict);
    }
    return kept ?? new AuthError('missing_credentials', 'other_scheme');
  }

  /** The verdict of the child that decides. The next ones are not asked. */
  #decide(
    verdict: Verdict<object>,
    index: number,
    { trace }: AuthenticationContext,
  ): Verdict<object> {
    if (trace === undefined) return verdict;
    const by = this.#children[index]?.authenticator.name ?? '';
    for (const { authenticator } of this.#children.slice(index + 1)) {
      const received = `"${by}" has decided`;
      trace({
        check: 'format',
        result: 'not_reached',
        authenticator: authenticator.name,
        received,
      });
    }
    return verdict;
  }
}

/**
 * Asks these authenticators in order until one accepts. A refusal that means "not mine" continues with the
 * next one: reason `issuer` or `other_scheme`, and the reasons for a token that is not a readable JWT
 * (`not_a_compact_jws`, `not_base64url`, `not_a_json_object`, `encrypted`). Any other refusal is final, and so
 * is a bug. An outage of the authenticator responsible for the token is final: no other one may decide instead.
 *
 * @throws ConfigError if two children have the same name or issuer, or if two accept opaque tokens (by
 * default, each one without `issuers` does): then their order would decide.
 * @example anyOf(createOidcAuthenticator(main), createHs256Authenticator(legacy))
 */
export function anyOf<const A extends readonly Authenticator<object>[]>(
  ...authenticators: A
): ManagedAuthenticator<ClaimsOf<A[number]>> {
  const composed: ManagedAuthenticator<object> = new AnyOf(authenticators);
  return composed as ManagedAuthenticator<ClaimsOf<A[number]>>;
}

function saysNotMine(verdict: unknown): verdict is AuthError {
  if (!AuthError.is(verdict)) return false;
  return NOT_MINE.has(verdict.reason);
}

function otherScheme({ authenticator, schemes }: Child, { scheme }: Credentials): CheckStep {
  return {
    check: 'credentials',
    result: 'failed',
    authenticator: authenticator.name,
    expected: `the scheme ${[...schemes].join(' or ')}`,
    received: `the scheme ${scheme}`,
    hint: `send credentials of the scheme ${[...schemes].join(' or ')}`,
  };
}

/** An opaque token with two dots looks like a JWS, one with four like a JWE. */
const NOT_MINE: ReadonlySet<string> = new Set([
  'issuer',
  'other_scheme',
  'not_a_compact_jws',
  'not_base64url',
  'not_a_json_object',
  'encrypted',
]);

/**
 * Prefers the refusal of an authenticator that could read the token, because it knows whether the token has
 * expired.
 */
function better(kept: AuthError | undefined, next: AuthError): AuthError {
  if (kept === undefined || next.tokenExpired) return next;
  return kept.reason === 'issuer' ? kept : next;
}

function checkChildren(children: readonly Child[]): void {
  if (children.length === 0)
    throw new ConfigError('anyOf: expected at least one authenticator, received none');
  const leaves = leavesOf(children.map(({ authenticator }) => authenticator));
  const names = [...leaves].map(({ name }) => name);
  const own = children.map(({ authenticator }) => authenticator.name);
  const issuers = children.flatMap(({ authenticator }) => [...new Set(authenticator.issuers)]);
  for (const [what, values] of [
    ['the name', own],
    ['the name', names],
    ['the issuer', issuers],
  ] as const) {
    const twice = values.find((value, index) => values.indexOf(value) !== index);
    if (twice === undefined) continue;
    const hint = what === 'the issuer' ? byIssuerHint(children, twice) : '';
    throw new ConfigError(`anyOf: two authenticators have ${what} ${JSON.stringify(twice)}${hint}`);
  }
  const opaque = children.filter(({ authenticator }) => acceptsOpaqueTokens(authenticator));
  for (const [index, child] of opaque.entries()) {
    const rival = opaque.slice(0, index).find((other) => shares(child, other));
    if (rival === undefined) continue;
    throw new ConfigError(
      `anyOf: both "${rival.authenticator.name}" and "${child.authenticator.name}" accept tokens that ` +
        'name no issuer; let one of them name its issuers, or route with byIssuer()',
    );
  }
}

/** One issuer may issue both JWTs and opaque tokens, which byIssuer distinguishes. */
function byIssuerHint(children: readonly Child[], issuer: string): string {
  const [jwt, opaque] = [false, true].map(
    (isOpaque) =>
      children.find(
        ({ authenticator }) =>
          (authenticator.issuers ?? []).includes(issuer) &&
          acceptsOpaqueTokens(authenticator) === isOpaque,
      )?.authenticator.name,
  );
  return jwt === undefined || opaque === undefined
    ? ''
    : `; for its JWTs and its opaque tokens use byIssuer({ ${JSON.stringify(issuer)}: ${jwt} }, { opaque: ${opaque} })`;
}

function shares(child: Child, other: Child): boolean {
  return [...child.schemes].some((scheme) => other.schemes.has(scheme));
}
