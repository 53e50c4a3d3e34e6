import type { KeyObject } from 'node:crypto';
import { flattenedVerify } from 'jose';
import type { SignatureCheck, SignatureEngine } from './signature-engine.ts';

/** jose, on WebCrypto. Supports every algorithm here, and is the reference for the other engine. */
export const joseEngine: SignatureEngine = {
  prepare(algorithm: string, key: KeyObject): SignatureCheck {
    const algorithms = algorithm === 'EdDSA' ? ['EdDSA', 'Ed25519'] : [algorithm];
    return async ({ header, payload, signature }) => {
      await flattenedVerify({ protected: header, payload, signature }, key, { algorithms });
      return true;
    };
  },
};
