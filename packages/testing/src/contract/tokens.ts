/** Part of every token that the kit makes up. It must not appear anywhere. */
export const CANARY = 'canary-of-the-contract-kit';

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const claims = { iss: CANARY, sub: CANARY, aud: CANARY, scope: CANARY, [CANARY]: CANARY };

/** Malformed tokens, by description. */
export const JUNK: Readonly<Record<string, string>> = {
  'an empty token': '',
  'a space': ' ',
  'a word': CANARY,
  'a dot': '.',
  'two dots': '..',
  'three segments without content': `${CANARY}.${CANARY}.${CANARY}`,
  'the name of a prototype': '__proto__',
  'the name of a constructor': 'constructor',
  'a NUL': '\0',
  'a character outside of latin1': '\u{1F600}',
  'half of a surrogate pair': '\ud800',
  'a very long word': 'a'.repeat(100_000),
  'an unsecured JWT': `${encode({ alg: 'none' })}.${encode(claims)}.`,
  'a JWT with a made-up signature': `${encode({ alg: 'RS256' })}.${encode(claims)}.AAAA`,
};

/** Copies of the token with one alteration, by description. */
export function alterationsOf(token: string): Readonly<Record<string, string>> {
  const middle = Math.floor(token.length / 2);
  return {
    'its first character altered': replaceAt(token, 0),
    'its middle character altered': replaceAt(token, middle),
    'its last character altered': replaceAt(token, token.length - 1),
    'its last character removed': token.slice(0, -1),
    'an extra character': `${token}A`,
    'another token appended': `${token},${token}`,
  };
}

function replaceAt(token: string, at: number): string {
  const other = token[at] === 'A' ? 'B' : 'A';
  return token.slice(0, at) + other + token.slice(at + 1);
}

/** Shorter text is not treated as secret, because it may occur in ordinary text. */
const MIN_SECRET_CHARACTERS = 16;

/** The secret parts of a token: the whole, its segments, and every canary in their decoded text. */
export function secretsOf(token: string): readonly string[] {
  const segments = segmentsOf(token);
  const decoded = segments.map((segment) => Buffer.from(segment, 'base64url').toString());
  const canaries = [token, ...decoded].flatMap((text) => text.match(/canary[\w-]*/g) ?? []);
  return [...new Set([...segments, ...canaries])];
}

/** The whole token and its segments. */
export function segmentsOf(token: string): readonly string[] {
  return [token, ...token.split('.')].filter((text) => text.length >= MIN_SECRET_CHARACTERS);
}
