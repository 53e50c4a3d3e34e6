import { generateKeyPairSync, sign } from 'node:crypto';
import { describe } from 'node:test';
import { refuses } from '../support/attack.ts';
import { createKey, encode, type Key, signInput } from '../support/attack-keys.ts';
import { ASYMMETRIC, KEYS, SIGNED, type Target } from '../support/attack-targets.ts';

const ORDERS: Readonly<Record<string, string>> = {
  ES256: 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551',
  ES384:
    'ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973',
};

/** The header and payload of a token that `key` signs, and a token of them with any signature. */
function unsigned(target: Target, key: Key): readonly [string, (signature: Buffer) => string] {
  const input = `${encode({ alg: key.alg, kid: key.kid })}.${encode(target.claims())}`;
  return [input, (signature) => `${input}.${signature.toString('base64url')}`];
}

const refused = (tokens: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(tokens).map(([what, token]) => [what, [token, 'signature'] as const]),
  );

function refusesPsychic(key: Key): void {
  refuses({
    source: 'CVE-2022-21449; RFC 7515, A.3; RFC 7518, 3.4',
    on: ASYMMETRIC,
    published: [key.jwk],
    algorithms: [key.alg],
    good: (target) => target.forged({ alg: key.alg, kid: key.kid }, target.claims(), key),
    bad: (target) => {
      const [input, withSignature] = unsigned(target, key);
      const good = signInput(key, input);
      const order = Buffer.from(ORDERS[key.alg]!, 'hex');
      const { length } = order;
      const [r, s] = [good.subarray(0, length), good.subarray(length)];
      const zero = Buffer.alloc(length);
      const one = Buffer.concat([Buffer.alloc(length - 1), Buffer.from([1])]);
      const pair = (first: Buffer, second: Buffer): string =>
        withSignature(Buffer.concat([first, second]));
      return refused({
        'r and s are zero': pair(zero, zero),
        'r is zero': pair(zero, s),
        's is zero': pair(r, zero),
        'r and s are the order': pair(order, order),
        'r is the order': pair(order, s),
        's is the order': pair(r, order),
        'r and s are one': pair(one, one),
        'r and s are all ones': withSignature(Buffer.alloc(length * 2, 0xff)),
        'r and s changed places': pair(s, r),
        'in DER': withSignature(sign(`sha${key.alg.slice(2)}`, Buffer.from(input), key.privateKey)),
        'cut by a byte': withSignature(good.subarray(0, -1)),
        'a byte more': withSignature(Buffer.concat([good, Buffer.from([0])])),
        'a byte before it': withSignature(Buffer.concat([Buffer.from([0]), good])),
        empty: withSignature(Buffer.alloc(0)),
        'a digest in its place': withSignature(Buffer.alloc(32)),
      });
    },
  });
}

describe('a psychic signature', () => {
  refusesPsychic(KEYS.main);
});

describe('a psychic signature of another curve', () => {
  refusesPsychic(createKey('ES384', 'es384'));
});

describe('an RSA signature of numbers that need no key', () => {
  refuses({
    source: 'RFC 8017, 8.2.2; RFC 8725, 3.3',
    on: ASYMMETRIC,
    good: (target) => target.forged({ alg: 'RS256', kid: 'rsa' }, target.claims(), KEYS.rsa),
    bad: (target) => {
      const [input, withSignature] = unsigned(target, KEYS.rsa);
      const good = signInput(KEYS.rsa, input);
      const modulus = Buffer.from(KEYS.rsa.jwk.n!, 'base64url');
      const one = Buffer.concat([Buffer.alloc(255), Buffer.from([1])]);
      const data = Buffer.from(input);
      return refused({
        zero: withSignature(Buffer.alloc(256)),
        one: withSignature(one),
        'the modulus': withSignature(modulus),
        'all ones': withSignature(Buffer.alloc(256, 0xff)),
        'cut by a byte': withSignature(good.subarray(0, -1)),
        'a byte before it': withSignature(Buffer.concat([Buffer.from([0]), good])),
        'of another hash': withSignature(sign('sha512', data, KEYS.rsa.privateKey)),
        'by PSS': withSignature(signInput({ ...KEYS.rsa, alg: 'PS256' }, input)),
        empty: withSignature(Buffer.alloc(0)),
      });
    },
  });
});

describe('an Ed25519 signature of points and numbers that need no key', () => {
  const key = createKey('EdDSA', 'ed');
  const L = (1n << 252n) + 27742317777372353535851937790883648493n;
  refuses({
    source: 'RFC 8032, 5.1.7; RFC 8037, 3.1',
    on: ASYMMETRIC,
    published: [key.jwk],
    good: (target) => target.forged({ alg: 'EdDSA', kid: 'ed' }, target.claims(), key),
    bad: (target) => {
      const [input, withSignature] = unsigned(target, key);
      const good = signInput(key, input);
      const s = BigInt(`0x${Buffer.from(good.subarray(32).toReversed()).toString('hex')}`) + L;
      const larger = Buffer.from(s.toString(16).padStart(64, '0'), 'hex').toReversed();
      const identity = Buffer.concat([Buffer.from([1]), Buffer.alloc(31)]);
      const { privateKey } = generateKeyPairSync('ed448');
      return refused({
        zeros: withSignature(Buffer.alloc(64)),
        'the identity, and zero': withSignature(Buffer.concat([identity, Buffer.alloc(32)])),
        's beyond the order': withSignature(Buffer.concat([good.subarray(0, 32), larger])),
        'cut by a byte': withSignature(good.subarray(0, -1)),
        'of Ed448': withSignature(sign(null, Buffer.from(input), privateKey)),
        empty: withSignature(Buffer.alloc(0)),
      });
    },
  });
});

describe('the signature of another key', () => {
  const others = { ES256: createKey('ES256', 'main'), HS256: createKey('HS256', 'main') };
  refuses({
    source: 'RFC 7515, 5.2; RFC 8725, 3.3',
    on: SIGNED,
    bad: (target) => {
      const other = others[target.key.alg as keyof typeof others];
      const [input, withSignature] = unsigned(target, target.key);
      const mac = signInput(target.key, input);
      return refused({
        'the whole token': target.forged({}, target.claims(), other),
        'under this header and payload': withSignature(signInput(other, input)),
        'its last byte changed': withSignature(
          Buffer.concat([mac.subarray(0, -1), Buffer.from([mac.at(-1)! ^ 1])]),
        ),
        'its first half': withSignature(mac.subarray(0, mac.length / 2)),
      });
    },
  });
});
