import type { KeyObject } from 'node:crypto';
import type { DecodedJws } from '../compact/decode-compact-jws.ts';
import type { OtherThreads } from './other-threads.ts';

/** Where a signature is verified: on the event loop, or on another thread if that saves time on the event loop. */
export type Thread = 'this' | OtherThreads;

/** Verifies a signature with the prepared key and algorithm. Throwing means false. */
export type SignatureCheck = (jws: DecodedJws, thread: Thread) => boolean | Promise<boolean>;

/** Implements the cryptography. Each key is prepared once per algorithm. */
export interface SignatureEngine {
  /** Undefined if this engine does not support that algorithm with that key. */
  prepare(algorithm: string, key: KeyObject): SignatureCheck | undefined;
}
