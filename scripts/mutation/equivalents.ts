import type { Mutant } from './mutants.ts';

/**
 * Checks whose removal nobody could tell, with the reason; by file, then by what was done to what. A
 * survivor that is not named here is a missing test, or a check to delete.
 */
const EQUIVALENTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'packages/jwt/src/authenticator/jwt-authenticator.ts': {
    '`AuthError.is(verdict)` dropped from `&&`':
      'Neither a principal nor a promise has a reason; the types want it said.',
  },
  'packages/jwt/src/authenticator/token-check.ts': {
    "`typeof issuer !== 'string'` dropped from `||`":
      'The list of issuers holds text alone, so nothing else is in it; the types want it said.',
  },
  'packages/jwt/src/claims/check-times.ts': {
    '`nbf !== undefined` dropped from `&&`':
      'What is absent is greater than no number; the types want it said.',
    '`iat !== undefined` dropped from `&&`':
      'What is absent is greater than no number; the types want it said.',
  },
  'packages/jwt/src/compact/header-memo.ts': {
    '`at === -1 ?` always takes the second':
      'A list has nothing at -1; to look there costs more than to ask.',
    '`this.#headers.includes(header)` dropped from `||`':
      'The same header has the same text; this saves comparing texts.',
  },
  'packages/jwt/src/keys/import-key.ts': {
    "`if (typeof value === 'string')` always fires":
      'node:crypto makes no key of a member that is no text, nor of one that is left out.',
  },
  'packages/jwt/src/keys/key-set.ts': {
    '`if (key.kid === undefined)` never fires':
      'A key that is kept under no name is looked for by none.',
    '`fitting.length > most ?` always takes the first':
      'It saves a copy of a list that is short enough.',
  },
  'packages/jwt/src/verify-compact-jws.ts': {
    '`kid !== undefined` dropped from `&&`':
      'No key is kept under no name; the types want it said.',
  },
  'packages/jwt/src/claims/read-scopes.ts': {
    "`scopes.includes('') ?` always takes the first":
      'It saves a copy of the list where there is nothing to leave out.',
  },
  'packages/jwt/src/compact/split-compact-jws.ts': {
    '`fourth !== -1` dropped from `&&`':
      'Without a fourth dot the search begins anew at the first, and finds it: not five either.',
  },
  'packages/jwt/src/routing/by-issuer.ts': {
    '`issuer === undefined ?` always takes the second':
      'The map has no route for undefined; the types want it said.',
  },
  'packages/jwt/src/signature/pss-key.ts': {
    '`length < 0x80 ?` always takes the second':
      'OpenSSL reads a length of more bytes than it needs, and writes the key anew.',
    '`length < 0x100 ?` always takes the second':
      'OpenSSL reads a length of more bytes than it needs, and writes the key anew.',
  },
  'packages/jwt/src/signature/fair-queue.ts': {
    '`newest !== undefined` dropped from `&&`':
      'Some peer has one of the 1,024 waiters; only the types need the test.',
    '`if (waiter === undefined)` never fires':
      'A peer without waiters is removed; only the types need the test.',
  },
  'packages/core/src/compose/single-flight.ts': {
    '`this.#flights.size === 0 ?` always takes the second':
      'It saves the hash of a token where none can be found.',
  },
  'packages/core/src/gate/gate.ts': {
    "`rule.kind === 'authenticated'` dropped from `||`":
      'The rule says the same of whoever was verified; this saves asking it.',
  },
  'packages/core/src/grpc/open-calls.ts': {
    '`if (noted === this.#revocations)` never fires':
      'No revocation that is remembered came after; this saves looking.',
  },
  'packages/core/src/grpc/record-decision.ts': {
    '`if (isThenable(told))` always fires':
      'What has no `then` to call throws here, and all that is thrown here is dropped.',
  },
  'packages/core/src/grpc/status.ts': {
    '`if (status === undefined)` always fires': 'It saves making the same status anew.',
  },
};

export function reasonFor({ file, what }: Mutant): string | undefined {
  return EQUIVALENTS[file]?.[what];
}
