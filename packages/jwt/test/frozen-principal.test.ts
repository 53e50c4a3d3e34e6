import { describe, expect, it } from 'vitest';
import { principalOf, token } from './support/test-authenticator.ts';

function findThawed(value: unknown, path = 'principal'): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Reflect.ownKeys(value).flatMap((name) =>
    findThawed(Reflect.get(value, name), `${path}.${String(name)}`),
  );
  return Object.isFrozen(value) ? inner : [path, ...inner];
}

const rich = token({
  aud: ['orders', 'billing'],
  scope: 'read write',
  cnf: { jkt: 'thumb' },
  realm_access: { roles: ['clerk', { deep: [[{}]] }] },
});

describe('a principal', () => {
  it('is deeply frozen', async () => {
    const principal = await principalOf(rich);
    expect(findThawed(principal)).toEqual([]);
    for (const change of [
      () => Object.assign(principal, { subject: 'root' }),
      () => (principal.scopes as string[]).push('admin'),
      () => (principal.audience as string[]).push('everything'),
      () => Object.assign(principal.claims, { sub: 'root' }),
      () => Object.assign(principal.confirmation ?? {}, { jkt: 'mine' }),
    ]) {
      expect(change).toThrow(TypeError);
    }
  });

  it('is frozen if its claims come from a schema or its scopes from a list', async () => {
    const schema = {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: () => ({ value: { roles: [{ name: 'clerk' }] } }),
      },
    } as never;
    const jwt = token({ scp: ['read', 'write'] });
    expect(findThawed(await principalOf(jwt, { claims: schema }))).toEqual([]);
    expect(findThawed(await principalOf(jwt))).toEqual([]);
  });

  it('is a new object for each call', async () => {
    expect(await principalOf(rich)).not.toBe(await principalOf(rich));
  });
});
