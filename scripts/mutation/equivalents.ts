/**
 * Checks whose removal nobody could tell, with the reason; by file, then by what was done to what. A
 * survivor that is not named here is a missing test, or a check to delete.
 */
export const EQUIVALENTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
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
  'packages/jwt/src/routing/unverified-issuer.ts': {
    "`typeof issuer === 'string' ?` always takes the first":
      'The map, whose keys are text, has no route for what is none; the types want it said.',
  },
  'packages/jwt/src/signature/pss-key.ts': {
    '`length < 0x80 ?` always takes the second':
      'OpenSSL reads a length of more bytes than it needs, and writes the key anew.',
    '`length < 0x100 ?` always takes the second':
      'OpenSSL reads a length of more bytes than it needs, and writes the key anew.',
  },
  'packages/jwt/src/signature/waiting-peers.ts': {
    '`last !== undefined` dropped from `&&`':
      'Of 1,024 who wait, some peer has one; the types want it said.',
  },
};
