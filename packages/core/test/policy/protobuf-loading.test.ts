import { describe, expect, it, vi } from 'vitest';

const loaded = vi.hoisted(() => new Set<string>());
vi.mock('@bufbuild/protobuf', (original) => {
  loaded.add('@bufbuild/protobuf');
  return original<object>();
});
vi.mock('@bufbuild/protobuf/wkt', (original) => {
  loaded.add('@bufbuild/protobuf/wkt');
  return original<object>();
});

describe('protobuf reflection', () => {
  it.each(['index', 'authenticator', 'client', 'internal'])(
    'is not loaded by the entry point %s',
    async (entry) => {
      await import(`../../src/${entry}.ts`);
      expect([...loaded]).toEqual([]);
    },
  );

  it('is loaded by the entry point descriptor-set', async () => {
    await import('../../src/descriptor-set.ts');
    expect([...loaded].toSorted()).toEqual(['@bufbuild/protobuf', '@bufbuild/protobuf/wkt']);
  });
});
