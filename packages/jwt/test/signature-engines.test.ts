import { constants, createHmac, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { AuthError } from '@grpc-authn/core/authenticator';
import { describe, expect, it } from 'vitest';
import type { DecodedJws } from '../src/compact/decode-compact-jws.ts';
import { verifyCompactJws } from '../src/index.ts';
import { importKeySetWith } from '../src/keys/import-key-set.ts';
import { OtherThreads } from '../src/signature/other-threads.ts';
import { joseEngine } from '../src/signature/jose-engine.ts';
import { nodeEngine } from '../src/signature/node-engine.ts';
import { ALGORITHMS, ENGINES } from './support/engines.ts';
import {
  createSigningKey,
  encodePart,
  signInput,
  signJws,
  withoutAlgorithm,
} from './support/signing-key.ts';

const KEYS = new Map(ALGORITHMS.map((alg) => [alg as string, createSigningKey(alg)]));

function keyFor(alg: string) {
  const key = KEYS.get(alg);
  if (key === undefined) throw new Error(`no key for ${alg}`);
  return key;
}

function inputFor(alg: string, payload = 'payload'): string {
  return `${encodePart({ alg, kid: alg })}.${encodePart(payload)}`;
}

describe.each(ENGINES)('%s', (_, engines) => {
  async function decide(alg: string, input: string, signature: Uint8Array): Promise<string> {
    const keys = importKeySetWith(engines, { keys: [keyFor(alg).jwk] });
    const jws = `${input}.${Buffer.from(signature).toString('base64url')}`;
    const verdict = await verifyCompactJws(jws, keys, { algorithms: ALGORITHMS });
    return AuthError.is(verdict) ? verdict.reason : 'verified';
  }

  it.each(ALGORITHMS)('verifies signatures of its key repeatedly: %s', async (alg) => {
    for (let round = 0; round < 20; round += 1) {
      const input = inputFor(alg, `payload ${round}`);
      expect(await decide(alg, input, signInput(keyFor(alg), input))).toBe('verified');
    }
  });

  it.each(ALGORITHMS)('refuses a signature of any other length: %s', async (alg) => {
    const input = inputFor(alg);
    const good = signInput(keyFor(alg), input);
    for (const other of [
      Buffer.alloc(0),
      good.subarray(0, 1),
      good.subarray(0, -1),
      good.subarray(1),
      good.subarray(0, good.length / 2),
      Buffer.concat([good, Buffer.alloc(1)]),
      Buffer.concat([Buffer.alloc(1), good]),
      Buffer.concat([good, Buffer.alloc(2)]),
      Buffer.concat([good, good]),
    ]) {
      expect(await decide(alg, input, other)).toBe('signature');
    }
  });

  it.each(ALGORITHMS)('refuses a signature with one bit changed: %s', async (alg) => {
    const input = inputFor(alg);
    const good = signInput(keyFor(alg), input);
    for (const at of [0, 1, good.length / 2 - 1, good.length / 2, good.length - 1]) {
      for (const bit of [1, 0x80]) {
        const changed = Buffer.from(good);
        changed[at] = (changed[at] ?? 0) ^ bit;
        expect(await decide(alg, input, changed)).toBe('signature');
      }
    }
  });

  it.each(ALGORITHMS)('refuses a good signature of another input: %s', async (alg) => {
    const signature = signInput(keyFor(alg), inputFor(alg, 'other'));
    expect(await decide(alg, inputFor(alg), signature)).toBe('signature');
  });

  it.each([
    ['RS256', 'RS512'],
    ['RS384', 'RS256'],
    ['RS256', 'PS256'],
    ['PS256', 'RS256'],
    ['PS256', 'PS384'],
    ['PS512', 'PS256'],
    ['HS256', 'HS512'],
  ])('refuses, as %s, a signature by %s', async (alg, other) => {
    const input = inputFor(alg);
    const signature = signInput({ ...keyFor(alg), alg: other }, input);
    expect(await decide(alg, input, signature)).toBe('signature');
  });

  it.each([
    ['PS256', 32],
    ['PS384', 48],
    ['PS512', 64],
  ] as const)('accepts %s only with a salt of %i bytes', async (alg, length) => {
    const input = inputFor(alg);
    const salts = [0, 1, 20, 31, 32, 33, 47, 48, 49, 63, 64, 65, 100];
    for (const saltLength of salts) {
      const signature = sign(`sha${alg.slice(2)}`, Buffer.from(input), {
        key: keyFor(alg).privateKey,
        padding: constants.RSA_PKCS1_PSS_PADDING,
        saltLength,
      });
      const expected = saltLength === length ? 'verified' : 'signature';
      expect(await decide(alg, input, signature)).toBe(expected);
    }
  });

  it.each(['RS256', 'PS256'])(
    'refuses a signature without its leading zero, which OpenSSL may take for the same number: %s',
    async (alg) => {
      const found = findLeadingZero(alg);
      expect(await decide(alg, found.input, found.signature)).toBe('verified');
      expect(await decide(alg, found.input, found.signature.subarray(1))).toBe('signature');
    },
  );

  it('refuses an EdDSA signature whose S is written with the order added', async () => {
    const input = inputFor('EdDSA');
    const signature = signInput(keyFor('EdDSA'), input);
    const order = 2n ** 252n + 27742317777372353535851937790883648493n;
    const bigEndian = Buffer.from(signature.subarray(32).toReversed());
    const s = BigInt(`0x${bigEndian.toString('hex')}`) + order;
    const written = Buffer.from(s.toString(16).padStart(64, '0'), 'hex').toReversed();
    const respelt = Buffer.concat([signature.subarray(0, 32), written]);
    expect(await decide('EdDSA', input, respelt)).toBe('signature');
  });

  it.each([
    ['ES256', 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551'],
    [
      'ES384',
      'ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973',
    ],
    [
      'ES512',
      '01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409',
    ],
  ])('refuses r and s that are 0, the order or more: %s', async (alg, orderHex) => {
    const order = BigInt(`0x${orderHex}`);
    const half = orderHex.length / 2;
    const write = (number: bigint): Buffer =>
      Buffer.from(number.toString(16).padStart(half * 2, '0'), 'hex');
    const input = inputFor(alg);
    const good = signInput(keyFor(alg), input);
    const [r, s] = [good.subarray(0, half), good.subarray(half)];
    const beyond = write(order + BigInt(`0x${s.toString('hex')}`)).subarray(-half);
    for (const wrong of [write(0n), write(order), write(order + 1n), Buffer.alloc(half, 0xff)]) {
      expect(await decide(alg, input, Buffer.concat([wrong, s]))).toBe('signature');
      expect(await decide(alg, input, Buffer.concat([r, wrong]))).toBe('signature');
      expect(await decide(alg, input, Buffer.concat([wrong, wrong]))).toBe('signature');
    }
    expect(await decide(alg, input, Buffer.concat([r, beyond]))).toBe('signature');
  });

  it('refuses an ECDSA signature in DER that is as long as one in a JWS', async () => {
    const input = inputFor('ES256');
    for (let tries = 0; tries < 100; tries += 1) {
      const der = sign('sha256', Buffer.from(input), keyFor('ES256').privateKey);
      const padded = Buffer.concat([der, Buffer.alloc(80)]).subarray(0, 64);
      expect(await decide('ES256', input, padded)).toBe('signature');
    }
  });

  it('verifies with an RSA key without algorithm, by the algorithm that it is bound to', async () => {
    const keys = importKeySetWith(engines, { keys: [withoutAlgorithm(keyFor('RS256'))] });
    for (const alg of ['RS256', 'RS512', 'PS256', 'PS384', 'RS256', 'PS256']) {
      const input = `${encodePart({ alg })}.`;
      const signer = { ...keyFor('RS256'), alg };
      const jws = `${input}.${signInput(signer, input).toString('base64url')}`;
      expect(await verifyCompactJws(jws, keys, { algorithms: [alg] })).toMatchObject({
        header: { alg },
      });
    }
  });

  it.each(['EdDSA', 'Ed25519'])('verifies EdDSA under both names: %s', async (alg) => {
    const key = keyFor('EdDSA');
    const keys = importKeySetWith(engines, { keys: [key.jwk] });
    const verdict = await verifyCompactJws(signJws(key, { alg }, 'payload'), keys);
    expect(verdict).toMatchObject({ header: { alg } });
  });

  it.each([2049, 2055, 2056])('verifies with an RSA key of %i bits', async (modulusLength) => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength });
    for (const alg of ['RS256', 'PS256']) {
      const jwk = { ...publicKey.export({ format: 'jwk' }), alg, kid: alg };
      const jws = signJws({ alg, kid: alg, privateKey, jwk }, { alg }, 'payload');
      const keys = importKeySetWith(engines, { keys: [jwk] });
      expect(await verifyCompactJws(jws, keys)).toMatchObject({ header: { alg } });
    }
  });

  it('refuses an HMAC that only begins like the right one', async () => {
    const input = inputFor('HS256');
    const long = createHmac('sha512', keyFor('HS256').privateKey).update(input).digest();
    expect(await decide('HS256', input, long)).toBe('signature');
    expect(await decide('HS256', input, long.subarray(0, 32))).toBe('signature');
  });
});

describe('an engine', () => {
  function decoded(input: string, signatureBytes: Buffer): DecodedJws {
    const [header = '', payload = ''] = input.split('.');
    const signature = signatureBytes.toString('base64url');
    const payloadBytes = Buffer.from(payload, 'base64url');
    return { header, payload, signature, signingInput: input, payloadBytes, signatureBytes };
  }

  it('is synchronous with node:crypto, and asynchronous with jose', () => {
    const input = inputFor('HS256');
    const jws = decoded(input, signInput(keyFor('HS256'), input));
    const { privateKey } = keyFor('HS256');
    expect(nodeEngine.prepare('HS256', privateKey)?.(jws, 'this')).toBe(true);
    expect(joseEngine.prepare('HS256', privateKey)?.(jws, 'this')).toBeInstanceOf(Promise);
  });

  describe.each(['ES256', 'ES384', 'ES512', 'EdDSA'] as const)('on another thread: %s', (alg) => {
    const input = inputFor(alg);
    const key = keyFor(alg);
    const check = nodeEngine.prepare(alg, createPublicKey(key.privateKey));

    it('accepts a good signature', async () => {
      const verdict = check?.(decoded(input, signInput(key, input)), new OtherThreads(1));
      expect(verdict).toBeInstanceOf(Promise);
      expect(await verdict).toBe(true);
    });

    it('rejects a signature of another text', async () => {
      const verdict = check?.(decoded(input, signInput(key, `${input}x`)), new OtherThreads(1));
      expect(await verdict).toBe(false);
    });

    it('rejects a signature of zeros', async () => {
      const zeros = Buffer.alloc(signInput(key, input).length);
      expect(await check?.(decoded(input, zeros), new OtherThreads(1))).toBe(false);
    });
  });

  it.each(['HS256', 'RS256', 'PS256'] as const)(
    'stays on this thread where another one saves nothing: %s',
    (alg) => {
      const input = inputFor(alg);
      const key = keyFor(alg);
      const publicKey = alg === 'HS256' ? key.privateKey : createPublicKey(key.privateKey);
      const check = nodeEngine.prepare(alg, publicKey);
      expect(check?.(decoded(input, signInput(key, input)), new OtherThreads(1))).toBe(true);
    },
  );

  it.each([
    ['node:crypto', nodeEngine],
    ['jose', joseEngine],
  ])(
    'verifies by the algorithm that it was prepared for, whatever the header says: %s',
    async (_, engine) => {
      const key = keyFor('RS256');
      const input = inputFor('RS512');
      const check = engine.prepare('RS256', createPublicKey(key.privateKey));
      const jws = decoded(input, signInput({ ...key, alg: 'RS512' }, input));
      const verified = Promise.resolve(check?.(jws, 'this')).catch(() => false);
      expect(await verified).toBe(false);
    },
  );

  it('with node:crypto prepares only known algorithms', () => {
    for (const unknown of ['ML-DSA-44', 'ES256K', 'Ed448', 'none', 'HS1', 'RS1', 'PS1', '']) {
      expect(nodeEngine.prepare(unknown, keyFor('HS256').privateKey)).toBeUndefined();
    }
  });
});

/** One in 256 begins with a zero. */
function findLeadingZero(alg: string): { readonly input: string; readonly signature: Buffer } {
  for (let round = 0; ; round += 1) {
    const input = inputFor(alg, `payload ${round}`);
    const signature = signInput(keyFor(alg), input);
    if (signature[0] === 0) return { input, signature };
  }
}
