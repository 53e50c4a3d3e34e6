import { setImmediate } from 'node:timers/promises';
import type { Authenticator } from '@grpc-authn/core/authenticator';
import { expect, it } from 'vitest';
import { buildAll } from '../../src/adapter.ts';

const child = (name: unknown): Authenticator<object> => ({
  name: String(name),
  authenticate: () => {
    throw new Error('not called');
  },
});
const children = ['a', 'b', 'c'].map((spec, index) => ({ spec, path: ['of', index] }));

it('builds the children of a composition in order, each with its path', async () => {
  const paths: unknown[] = [];
  const built = await buildAll(
    {
      async build(spec, path) {
        paths.push(path);
        // The first is ready last.
        if (spec === 'a') await setImmediate();
        return child(spec);
      },
    },
    children,
  );
  expect(built.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  expect(paths).toEqual([
    ['of', 0],
    ['of', 1],
    ['of', 2],
  ]);
});

it('waits for every child before it fails, so that each is reported and none is left open', async () => {
  const settled: unknown[] = [];
  const building = buildAll(
    {
      async build(spec) {
        if (spec === 'c') await setImmediate();
        settled.push(spec);
        if (spec !== 'b') throw new Error(`no ${String(spec)}`);
        return child(spec);
      },
    },
    children,
  );
  await expect(building).rejects.toThrow('no a');
  expect(settled).toEqual(['a', 'b', 'c']);
});

it('waits also where building one throws at once', async () => {
  const settled: unknown[] = [];
  const building = buildAll(
    {
      build(spec) {
        if (spec === 'a') throw new Error('no a');
        settled.push(spec);
        return Promise.resolve(child(spec));
      },
    },
    children,
  );
  await expect(building).rejects.toThrow('no a');
  expect(settled).toEqual(['b', 'c']);
});
