import { createPrincipal, type Principal } from '../contract/principal.ts';

/** Also the line and paragraph separator, at which some viewers break a line. */
const CONTROL_CHARACTERS = /[\p{Cc}\u2028\u2029]/gu;
const HAS_CONTROL_CHARACTER = /[\p{Cc}\u2028\u2029]/u;

/** A cached principal is in many records. */
const recorded = new WeakMap<Principal<object>, Principal<object>>();

/**
 * The principal as a record shows it: in its own texts control characters are escaped, because a subject
 * with a line break would look like two lines of a plain-text log. Its claims are as the issuer signed them.
 */
export function recordedPrincipal(
  principal: Principal<object> | undefined,
): Principal<object> | undefined {
  if (principal === undefined) return undefined;
  let shown = recorded.get(principal);
  if (shown === undefined) {
    shown = isPrintable(principal) ? principal : escapeTexts(principal);
    recorded.set(principal, shown);
  }
  return shown;
}

function escapeTexts(principal: Principal<object>): Principal<object> {
  const { subject, issuer, clientId, tokenId, sessionId, acr, audience, scopes } = principal;
  return createPrincipal({
    ...principal,
    subject: escape(subject),
    issuer: escape(issuer),
    clientId: escape(clientId),
    tokenId: escape(tokenId),
    sessionId: escape(sessionId),
    acr: escape(acr),
    audience: audience.map(escape),
    scopes: scopes.map(escape),
  });
}

function isPrintable(principal: Principal<object>): boolean {
  const { subject, issuer, clientId, tokenId, sessionId, acr, audience, scopes } = principal;
  return (
    [subject, issuer, clientId, tokenId, sessionId, acr].every(
      (text) => text === undefined || !HAS_CONTROL_CHARACTER.test(text),
    ) && ![...audience, ...scopes].some((text) => HAS_CONTROL_CHARACTER.test(text))
  );
}

function escape<T extends string | undefined>(text: T): T {
  return text?.replaceAll(
    CONTROL_CHARACTERS,
    (character) => String.raw`\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  ) as T;
}
