import { cors } from '@connectrpc/connect';
import { expect, it } from 'vitest';
import { connectCors } from '../src/index.ts';

it('lists what a browser sends and reads, with the lists of Connect', () => {
  const lower = (names: readonly string[]): string[] => names.map((name) => name.toLowerCase());
  expect(lower(connectCors.allowedHeaders)).toEqual(
    expect.arrayContaining([...lower(cors.allowedHeaders), 'authorization']),
  );
  expect(lower(connectCors.exposedHeaders)).toEqual(
    expect.arrayContaining([
      ...lower(cors.exposedHeaders),
      'grpc-status-details-bin',
      'www-authenticate',
      'grpc-retry-pushback-ms',
    ]),
  );
  expect(Object.isFrozen(connectCors) && Object.isFrozen(connectCors.exposedHeaders)).toBe(true);
});
