import { nearestName } from '@grpc-authn/core/internal';
import { ConfigError } from '@grpc-authn/core';
import { describe, expect, it, vi } from 'vitest';
import { load, messageOf } from './support/loaded.ts';

vi.mock(import('@grpc-authn/core/internal'), async (original) => {
  const internal = await original();
  return { ...internal, nearestName: vi.fn(internal.nearestName) };
});

const MANY = 8000;
const membersOf = (count: number, value: unknown, prefix = 'key'): Record<string, unknown> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`${prefix}${index}`, value]));

describe('a config with thousands of problems', () => {
  const main = { use: 'table', tokens: {} };
  it.each<readonly [string, object]>([
    ['unknown keys', { authenticator: main, ...membersOf(MANY, 1) }],
    ['unknown options', { authenticator: { ...main, ...membersOf(MANY, 1) } }],
    [
      'unknown adapters',
      { authenticators: membersOf(MANY, { use: 'tabel' }), authenticator: main },
    ],
    [
      'unknown rules',
      { authenticator: main, policy: { rules: membersOf(MANY, 'pubic', 'a.B/M') } },
    ],
    ['unknown names', { authenticator: { use: 'anyOf', of: Array(MANY).fill('mian') } }],
  ])('lists 50 of them, counts the rest, and compares no more names: %s', async (_, config) => {
    vi.mocked(nearestName).mockClear();
    const error: unknown = await load({ config }).catch((thrown: unknown) => thrown);
    if (!(error instanceof ConfigError)) throw error;
    expect(error.problems).toHaveLength(51);
    expect(error.problems.at(-1)?.message).toBe(`and ${MANY - 50} more problems`);
    expect(vi.mocked(nearestName).mock.calls.length).toBeLessThanOrEqual(100);
  });

  it('lists those of the first lines', async () => {
    const { problems } = (await load({
      config: { authenticator: main, ...membersOf(60, 1) },
    }).catch((thrown: unknown) => thrown)) as ConfigError;
    expect(problems.slice(0, 2).map(({ path }) => path)).toEqual(['key0', 'key1']);
  });
});

describe('a name of a million characters', () => {
  it.each<readonly [string, (name: string) => object]>([
    ['as a key', (name) => ({ authenticator: { use: 'table', tokens: {}, [name]: 1 } })],
    ['as an adapter', (name) => ({ authenticator: { use: name } })],
    ['as a reference', (name) => ({ authenticators: {}, authenticator: name })],
  ])('is compared with nothing, and is not shown: %s', async (_, configOf) => {
    vi.mocked(nearestName).mockClear();
    const message = await messageOf(load({ config: configOf('x'.repeat(1_000_000)) }));
    expect(message.length).toBeLessThan(500);
    expect(nearestName).not.toHaveBeenCalled();
  });
});
