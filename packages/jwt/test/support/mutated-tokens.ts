import * as fc from 'fast-check';
import { encodePart, type Part, type SigningKey, signInput } from './signing-key.ts';

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
/** What a lenient decoder skips, takes for something else, or stops at; U+0141 is 'A' to one that drops a byte. */
const HOSTILE = '=+/. \n\t\0%\u00e9\u0141\u200b\u2603';

const character = fc.constantFrom(...BASE64URL.split(''), ...HOSTILE.split(''));
const at = fc.nat({ max: 100_000 });
const part = fc.constantFrom(0, 1, 2);

/** One change to a token. */
type Change = (token: string) => string;

function inPart(which: number, change: (segment: string) => string): Change {
  return (token) => {
    const parts = token.split('.');
    parts[which] = change(parts[which] ?? '');
    return parts.join('.');
  };
}

function inBytes(which: number, change: (bytes: Buffer) => Uint8Array): Change {
  return inPart(which, (segment) =>
    Buffer.from(change(Buffer.from(segment, 'base64url'))).toString('base64url'),
  );
}

const textChange: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(at, character).map(([index, other]): Change => (token) => {
    const place = index % (token.length + 1);
    return token.slice(0, place) + other + token.slice(place + 1);
  }),
  fc.tuple(at, character).map(([index, more]): Change => (token) => {
    const place = index % (token.length + 1);
    return token.slice(0, place) + more + token.slice(place);
  }),
  at.map((index): Change => (token) => {
    const place = index % token.length;
    return token.slice(0, place) + token.slice(place + 1);
  }),
  // Another spelling of the same bytes: padded, with a bit over, with two bytes to a character.
  fc
    .tuple(part, fc.constantFrom('=', '==', '\n', ' '))
    .map(([which, tail]) => inPart(which, (segment) => segment + tail)),
  fc.tuple(part, fc.integer({ min: 1, max: 15 })).map(([which, over]) =>
    inPart(which, (segment) => {
      const last = BASE64URL[BASE64URL.indexOf(segment.at(-1) ?? 'A') ^ over] ?? 'A';
      return segment.slice(0, -1) + last;
    }),
  ),
  fc.tuple(part, at).map(([which, index]) =>
    inPart(which, (segment) => {
      const place = index % Math.max(1, segment.length);
      const doubled = String.fromCharCode((segment.charCodeAt(place) || 65) + 0x100);
      return segment.slice(0, place) + doubled + segment.slice(place + 1);
    }),
  ),
  part.map((which) =>
    inPart(which, (segment) => segment.replaceAll('-', '+').replaceAll('_', '/')),
  ),
);

const bytesChange: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(part, at, fc.nat(7)).map(([which, index, bit]) =>
    inBytes(which, (bytes) => {
      if (bytes.length > 0) {
        const place = index % bytes.length;
        bytes[place] = (bytes[place] ?? 0) ^ (1 << bit);
      }
      return bytes;
    }),
  ),
  fc.tuple(at, fc.uint8Array({ maxLength: 4 })).map(([index, more]) =>
    inBytes(2, (bytes) => {
      const place = index % (bytes.length + 1);
      return Buffer.concat([bytes.subarray(0, place), more, bytes.subarray(place)]);
    }),
  ),
  fc
    .tuple(at, at)
    .map(([from, count]) =>
      inBytes(2, (bytes) => bytes.subarray(from % (bytes.length + 1)).subarray(0, count)),
    ),
  fc.tuple(fc.boolean(), fc.constantFrom(0, 0xff)).map(([first, byte]) =>
    inBytes(2, (bytes) => {
      const half = bytes.length >> 1;
      return bytes.fill(byte, first ? 0 : half, first ? half : bytes.length);
    }),
  ),
);

const headerMember = fc.constantFrom(
  '"alg":"none"',
  '"alg":"HS256"',
  '"alg":"ES256"',
  '"alg":"Ed25519"',
  '"alg":5',
  '"b64":false',
  '"b64":true',
  '"crit":[]',
  '"crit":["b64"],"b64":true',
  '"crit":["b64"],"b64":false',
  '"crit":["exp"],"exp":1',
  '"crit":null',
  '"kid":5',
  '"kid":null',
  '"kid":"other"',
  '"typ":5',
  '"typ":"JOSE"',
  '"zip":"DEF"',
  '"__proto__":{"alg":"none"}',
  '"jwk":{"kty":"oct","k":"AAAA"}',
  '"jku":"https://x.example"',
);

/** A header as text: members may come twice, and white space and marks stand where they may or may not. */
function headerText(alg: string): fc.Arbitrary<Part> {
  const members = fc.array(headerMember, { maxLength: 3 });
  const prefix = fc.constantFrom('', '', '', ' ', '\n', '\ufeff', '[');
  const suffix = fc.constantFrom('', '', '', ' ', '{}', ',', '\0');
  return fc.tuple(prefix, members, suffix, fc.boolean()).map(([before, more, after, first]) => {
    const own = [`"alg":${JSON.stringify(alg)}`];
    return `${before}{${(first ? [...own, ...more] : [...more, ...own]).join(',')}}${after}`;
  });
}

/** Tokens near a good one of this key: made well, made strangely and signed, or changed after that. */
export function tokensNear(key: SigningKey): fc.Arbitrary<string> {
  const plain = JSON.stringify({ alg: key.alg, kid: key.kid });
  const header = fc.oneof(fc.constant<Part>(plain), headerText(key.alg), fc.uint8Array());
  const payload = fc.oneof(fc.json(), fc.string(), fc.uint8Array({ maxLength: 64 }));
  const signed = fc
    .tuple(fc.oneof(fc.constant<Part>(plain), header), payload)
    .map(([head, body]) => {
      const input = `${encodePart(head)}.${encodePart(body)}`;
      return `${input}.${signInput(key, input).toString('base64url')}`;
    });
  const changes = fc.array(fc.oneof(textChange, bytesChange), { maxLength: 3 });
  return fc
    .tuple(signed, changes)
    .map(([token, list]) => list.reduce((changed, change) => change(changed), token));
}
