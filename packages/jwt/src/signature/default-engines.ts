import { joseEngine } from './jose-engine.ts';
import { nodeEngine } from './node-engine.ts';
import type { SignatureEngine } from './signature-engine.ts';

/** In order: the first that can verify with a key does. */
export const signatureEngines: readonly SignatureEngine[] = Object.freeze([nodeEngine, joseEngine]);
