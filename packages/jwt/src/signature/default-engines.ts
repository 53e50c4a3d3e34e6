import { joseEngine } from './jose-engine.ts';
import { nodeEngine } from './node-engine.ts';
import type { SignatureEngine } from './signature-engine.ts';

/** In order of preference: the first engine that supports a key verifies with it. */
export const signatureEngines: readonly SignatureEngine[] = Object.freeze([nodeEngine, joseEngine]);
