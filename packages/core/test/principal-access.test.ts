import { Metadata } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import type { Authenticator } from '../src/contract/authenticator.ts';
import { createPrincipal, type Principal } from '../src/contract/principal.ts';
import { setAuthInfo } from '../src/contract/call-auth-info.ts';
import { findPrincipal, getPrincipal } from '../src/grpc/principal-access.ts';
import { stubAuthenticator } from './support/stub-authenticator.ts';

function named(name: string, children?: readonly Authenticator[]): Authenticator {
  const rest = children === undefined ? { name } : { name, traits: { children } };
  return stubAuthenticator(() => undefined, rest);
}

const main = named('main');
const principal = createPrincipal({
  authenticator: 'main',
  subject: 'alice',
  claims: { note: 'canary' },
});

/** A call that passed the interceptor of `root`. */
function passed(root: Authenticator, caller: Principal<object> = principal) {
  const metadata = new Metadata();
  setAuthInfo(metadata, { principal: caller, root });
  return { metadata };
}

function anonymous(root: Authenticator) {
  const metadata = new Metadata();
  setAuthInfo(metadata, { principal: undefined, root });
  return { metadata };
}

describe('a call that the interceptor has seen', () => {
  it('returns its caller', () => {
    expect(getPrincipal(passed(main))).toBe(principal);
    expect(findPrincipal(passed(main))).toBe(principal);
  });

  it('of an anonymous caller has nobody to find, and nobody to get', () => {
    expect(findPrincipal(anonymous(main))).toBeUndefined();
    expect(() => getPrincipal(anonymous(main))).toThrow('anonymous');
    expect(() => getPrincipal(anonymous(main), main)).toThrow('anonymous');
  });

  it('sends nothing of its caller over the wire', () => {
    const { metadata } = passed(main);
    expect(metadata.getMap()).toEqual({});
    expect(metadata.toHttp2Headers()).toEqual({});
  });
});

describe('a call that the interceptor has not seen', () => {
  const unseen: readonly (readonly [string, Metadata])[] = [
    ['a server without the interceptor', new Metadata()],
    ['a later interceptor that cloned the metadata', passed(main).metadata.clone()],
    ['a later interceptor that cloned an anonymous call', anonymous(main).metadata.clone()],
    ['a client that sends a name like the mark', clientMetadata()],
  ];

  it.each(unseen)('is not taken for an anonymous one: %s', (_what, metadata) => {
    expect(() => findPrincipal({ metadata })).toThrow('never saw this call');
    expect(() => getPrincipal({ metadata })).toThrow('never saw this call');
    expect(() => getPrincipal({ metadata }, main)).toThrow('never saw this call');
  });

  function clientMetadata(): Metadata {
    const metadata = new Metadata();
    metadata.set('grpc-authn', JSON.stringify({ principal }));
    expect(() => metadata.set('@grpc-authn/call-auth-info', 'forged')).toThrow();
    return metadata;
  }
});

describe('a caller that one authenticator verified', () => {
  it('is returned for that authenticator', () => {
    expect(getPrincipal(passed(main), main)).toBe(principal);
  });

  it('is not returned for another authenticator', () => {
    const other = named('other');
    expect(() => getPrincipal(passed(main), other)).toThrow('does not ask this "other"');
    expect(() => getPrincipal(passed(main), other)).toThrow('the server\'s authenticator "main"');
  });

  it('is not returned for another object of the same name', () => {
    expect(() => getPrincipal(passed(main), named('main'))).toThrow('does not ask');
  });

  it('is not returned for a composition around it that the server does not ask', () => {
    expect(() => getPrincipal(passed(main), named('any', [main]))).toThrow('does not ask');
  });

  it('is not shown in the error', () => {
    const ask = () => getPrincipal(passed(main), named('other'));
    expect(ask).toThrow(Error);
    expect(ask).not.toThrow('canary');
    expect(ask).not.toThrow('alice');
  });
});

describe('a composition', () => {
  const sibling = named('sibling');
  const inner = named('inner', [main]);
  const root = named('root', [sibling, inner]);

  it.each<readonly [string, Authenticator]>([
    ['the child that answered', main],
    ['the composition around that child', inner],
    ['the composition at the root', root],
  ])('is accepted if a child answered, as %s', (_who, from) => {
    expect(getPrincipal(passed(root), from)).toBe(principal);
  });

  it('does not accept one child for another', () => {
    expect(() => getPrincipal(passed(root), sibling)).toThrow(
      'authenticated by "main", not by "sibling"',
    );
  });

  it("does not accept another authenticator of a child's name", () => {
    expect(() => getPrincipal(passed(root), named('main'))).toThrow('does not ask');
    expect(() => getPrincipal(passed(root), named('inner', [main]))).toThrow('does not ask');
  });

  it('may answer itself, under its own name', () => {
    const byRoot = createPrincipal({ authenticator: 'root' });
    expect(getPrincipal(passed(root, byRoot), root)).toBe(byRoot);
    expect(() => getPrincipal(passed(root, byRoot), main)).toThrow(
      'authenticated by "root", not by "main"',
    );
  });

  it('is accepted for whomever it authenticated, since its children may change at a reload', () => {
    const earlier = createPrincipal({ authenticator: 'earlier child' });
    expect(getPrincipal(passed(root, earlier), root)).toBe(earlier);
    expect(() => getPrincipal(passed(root, earlier), inner)).toThrow('not by "inner"');
  });
});

describe('a call of another library', () => {
  it.each([undefined, {}, { get: () => undefined }])(
    'is reported with what to use instead: metadata is %j',
    (metadata) => {
      for (const read of [getPrincipal, findPrincipal]) {
        expect(() => read({ metadata } as never)).toThrow(
          /Metadata of @grpc\/grpc-js.*currentPrincipal/,
        );
      }
    },
  );
});
