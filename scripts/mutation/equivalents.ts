import type { Mutant } from './mutants.ts';

/**
 * Checks whose removal no test can see, with the reason; by file, then by the change. A survivor that is not
 * listed here lacks a test, or is a check to delete.
 */
const EQUIVALENTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'packages/jwt/src/authenticator/jwt-authenticator.ts': {
    '`AuthError.is(verdict)` dropped from `&&`':
      'Neither a principal nor a promise has a reason; the types need the check.',
  },
  'packages/jwt/src/authenticator/token-check.ts': {
    "`typeof issuer !== 'string'` dropped from `||`":
      'The list of issuers contains only strings; the types need the check.',
  },
  'packages/jwt/src/claims/check-times.ts': {
    '`nbf !== undefined` dropped from `&&`':
      'undefined is not greater than any number; the types need the check.',
    '`iat !== undefined` dropped from `&&`':
      'undefined is not greater than any number; the types need the check.',
  },
  'packages/jwt/src/compact/header-memo.ts': {
    '`at === -1 ?` always takes the second':
      'A list has no element -1; reading it costs more than the check.',
    '`this.#headers.includes(header)` dropped from `||`':
      'The same header has the same text; this saves a comparison of texts.',
  },
  'packages/jwt/src/keys/import-key.ts': {
    "`if (typeof value === 'string')` always fires":
      'node:crypto creates no key from a member that is missing or not a string.',
  },
  'packages/jwt/src/keys/key-set.ts': {
    '`if (key.kid === undefined)` never fires': 'A key without a name is never looked up.',
    '`fitting.length > most ?` always takes the first': 'It saves a copy of a short list.',
  },
  'packages/jwt/src/verify-compact-jws.ts': {
    '`kid !== undefined` dropped from `&&`':
      'No key is stored without a name; the types need the check.',
  },
  'packages/jwt/src/claims/read-scopes.ts': {
    "`scopes.includes('') ?` always takes the first":
      'It saves a copy of a list without empty strings.',
  },
  'packages/jwt/src/compact/split-compact-jws.ts': {
    '`fourth !== -1` dropped from `&&`':
      'Without a fourth dot the search starts again at the first one and finds it: not five parts either.',
  },
  'packages/jwt/src/routing/by-issuer.ts': {
    '`issuer === undefined ?` always takes the second':
      'The map has no route for undefined; the types need the check.',
  },
  'packages/jwt/src/signature/pss-key.ts': {
    '`length < 0x80 ?` always takes the second':
      'OpenSSL reads a length of more bytes than needed, and encodes the key again.',
    '`length < 0x100 ?` always takes the second':
      'OpenSSL reads a length of more bytes than needed, and encodes the key again.',
  },
  'packages/core/src/queue/fair-queue.ts': {
    '`if (newest !== undefined)` always fires':
      'A full queue has a waiter; only the types need the check.',
    '`waiter === undefined` dropped from `||`':
      'A connection without waiters is removed; only the types need the check.',
  },
  'packages/core/src/compose/single-flight.ts': {
    '`this.#flights.size === 0 ?` always takes the second':
      'It saves the hash of a token where the map is empty.',
  },
  'packages/core/src/gate/gate.ts': {
    "`rule.kind === 'authenticated'` dropped from `||`":
      'The rule allows every verified caller; this saves evaluating it.',
  },
  'packages/core/src/grpc/open-calls.ts': {
    '`if (noted === this.#revocations)` never fires':
      'No recorded revocation is newer; this saves a search.',
  },
  'packages/core/src/grpc/record-decision.ts': {
    '`if (isThenable(told))` always fires':
      'A value without `then` throws here, and every error thrown here is ignored.',
  },
  'packages/core/src/grpc/status.ts': {
    '`if (status === undefined)` always fires': 'It saves creating the same status again.',
  },
};

export function reasonFor({ file, what }: Mutant): string | undefined {
  return EQUIVALENTS[file]?.[what];
}
