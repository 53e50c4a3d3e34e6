/** Core's messages name rules as code does; in a file they have other names. */
const FILE_WORDS: ReadonlyMap<string, string> = new Map([
  ['publicMethod()', 'public'],
  ['allowAnonymous()', 'anonymous'],
  ['authenticated()', 'authenticated'],
  ['denyAll()', 'deny'],
  ['override()', 'override: true'],
  ['dryRun()', 'dryRunUntil'],
  ['requireScopes()', 'scopes'],
  ['requireAnyScope()', 'anyScope'],
  ['requireClaim()', 'claims'],
  ['requireAny()', 'anyOf'],
  ['confirmedBy()', 'confirmedBy'],
  ["serviceDefaults: 'none'", 'serviceDefaults: none'],
  ['route with byIssuer()', 'route with use: byIssuer'],
]);

/** What anyOf suggests for an issuer with JWTs and opaque tokens. */
const BY_ISSUER = /\buse byIssuer\(\{ (.+) \}, \{ (opaque: .+) \}\)/;

/** The same message, with the words of a config file. */
export function replaceCodeWords(message: string): string {
  let replaced = message;
  for (const [code, word] of FILE_WORDS) replaced = replaced.replaceAll(code, word);
  return replaced.replace(BY_ISSUER, 'write { use: byIssuer, issuers: { $1 }, $2 }');
}
