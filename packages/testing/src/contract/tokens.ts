/** Stands in what the kit makes up itself. It must be seen nowhere. */
export const CANARY = 'canary-of-the-contract-kit';

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const claims = { iss: CANARY, sub: CANARY, aud: CANARY, scope: CANARY, [CANARY]: CANARY };

/** What an open port is sent sooner or later, by what it is. */
export const JUNK: Readonly<Record<string, string>> = {
  'an empty token': '',
  'a space': ' ',
  'a word': CANARY,
  'a dot': '.',
  'two dots': '..',
  'three segments of nothing much': `${CANARY}.${CANARY}.${CANARY}`,
  'the name of a prototype': '__proto__',
  'the name of a constructor': 'constructor',
  'a NUL': '\0',
  'a character outside of latin1': '\u{1F600}',
  'half of a surrogate pair': '\ud800',
  'a very long word': 'a'.repeat(100_000),
  'an unsecured JWT': `${encode({ alg: 'none' })}.${encode(claims)}.`,
  'a JWT that nobody signed': `${encode({ alg: 'RS256' })}.${encode(claims)}.AAAA`,
};

/** The token with one thing altered, by what that is. */
export function alterationsOf(token: string): Readonly<Record<string, string>> {
  const middle = Math.floor(token.length / 2);
  return {
    'its first character altered': replaceAt(token, 0),
    'its middle character altered': replaceAt(token, middle),
    'its last character altered': replaceAt(token, token.length - 1),
    'its last character missing': token.slice(0, -1),
    'a character too many': `${token}A`,
    'another token after it': `${token},${token}`,
  };
}

function replaceAt(token: string, at: number): string {
  const other = token[at] === 'A' ? 'B' : 'A';
  return token.slice(0, at) + other + token.slice(at + 1);
}

/** Less is no secret: it stands in ordinary text. */
const SHORTEST = 16;

/** What must not be seen of a token: all of it, its segments, and every canary in what they encode. */
export function secretsOf(token: string): readonly string[] {
  const segments = token.split('.').filter((segment) => segment.length >= SHORTEST);
  const decoded = segments.map((segment) => Buffer.from(segment, 'base64url').toString());
  const canaries = [token, ...decoded].flatMap((text) => text.match(/canary[\w-]*/g) ?? []);
  const whole = token.length >= SHORTEST ? [token] : [];
  return [...new Set([...whole, ...segments, ...canaries])];
}
