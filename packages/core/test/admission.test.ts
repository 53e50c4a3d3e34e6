import { Metadata } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { setAuthInfo } from '../src/contract/call-auth-info.ts';
import { createPrincipal } from '../src/contract/principal.ts';
import { findAdmission } from '../src/grpc/admission.ts';
import { currentAuthInfo, currentPrincipal } from '../src/grpc/current-principal.ts';
import { findPrincipal, getPrincipal } from '../src/grpc/principal-access.ts';

const principal = createPrincipal({ authenticator: 'main', subject: 'alice' });
const infos = {
  'a verified caller': [
    { principal, root: undefined },
    { principal, public: false },
  ],
  'an anonymous caller': [
    { principal: undefined, root: undefined },
    { principal: undefined, public: false },
  ],
  'a public method': [
    { principal: undefined, root: undefined, public: true },
    { principal: undefined, public: true },
  ],
} as const;

describe('findAdmission()', () => {
  it.each(Object.entries(infos))(
    'reads the call, and the async context: %s',
    (_, [info, found]) => {
      const metadata = new Metadata();
      setAuthInfo(metadata, info);
      expect(findAdmission({ metadata })).toEqual(found);
      expect(currentAuthInfo.run(info, findAdmission)).toEqual(found);
    },
  );

  it('is undefined where the interceptor never saw the call', () => {
    expect(findAdmission({ metadata: new Metadata() })).toBeUndefined();
    expect(findAdmission({ metadata: undefined as never })).toBeUndefined();
    // Another library's.
    expect(findAdmission({ metadata: new Map() as never })).toBeUndefined();
    expect(findAdmission()).toBeUndefined();
    expect(currentAuthInfo.run(undefined, findAdmission)).toBeUndefined();
  });

  it('does not make a public method look anonymous to the other functions', () => {
    const [info] = infos['a public method'];
    const metadata = new Metadata();
    setAuthInfo(metadata, info);
    const throwing = [getPrincipal, findPrincipal].map((read) => () => read({ metadata }));
    for (const read of throwing) expect(read).toThrow('do not ask for a principal on a public');
    expect(() => currentAuthInfo.run(info, currentPrincipal)).toThrow('on a public method');
  });
});
