import { joseEngine } from './jose-engine.ts';
import type { SignatureEngine } from './signature-engine.ts';

/** Replaces `default-engines.ts` under the condition `@grpc-authn/jose-only` (docs/adr/0021). */
export const signatureEngines: readonly SignatureEngine[] = Object.freeze([joseEngine]);
