import { status as Status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../src/errors/config-error.ts';
import { StatusTable } from './support/status-table.ts';
import { decodeStatus } from './support/decoded-status.ts';
import { CODES, refusalsOf } from './support/refusals.ts';

const REFUSALS = CODES.filter((code) => code !== 'unavailable');

describe('overridden statuses', () => {
  it('can make every refusal look like one', () => {
    const one = { code: Status.PERMISSION_DENIED, message: 'Permission denied' } as const;
    const table = new StatusTable(Object.fromEntries(REFUSALS.map((code) => [code, one])));
    for (const error of REFUSALS.flatMap((code) => refusalsOf(code))) {
      const status = table.statusOf(error);
      expect(status).toMatchObject({ code: one.code, details: one.message });
      if (error.code === 'internal') continue;
      expect(decodeStatus(status.metadata)).toMatchObject(one);
    }
  });

  it('keep the usual message where only a status was given', () => {
    const table = new StatusTable({ invalid_token: Status.NOT_FOUND });
    for (const error of refusalsOf('invalid_token')) {
      expect(table.statusOf(error)).toMatchObject({
        code: Status.NOT_FOUND,
        details: error.message,
      });
    }
  });

  it('leave the other codes as they are', () => {
    const table = new StatusTable({ invalid_token: Status.NOT_FOUND });
    const plain = new StatusTable();
    for (const error of CODES.filter((code) => code !== 'invalid_token').flatMap((code) =>
      refusalsOf(code),
    )) {
      expect(table.statusOf(error)).toEqual(plain.statusOf(error));
    }
  });

  it.each([Status.UNAVAILABLE, Status.RESOURCE_EXHAUSTED] as const)(
    'may make an outage status %i, which still says when to retry',
    (unavailable) => {
      const table = new StatusTable({ unavailable });
      for (const error of refusalsOf('unavailable')) {
        const { code, metadata } = table.statusOf(error);
        expect(code).toBe(unavailable);
        expect(decodeStatus(metadata)).toMatchObject({ code: unavailable, retryDelay: {} });
      }
    },
  );

  it('may name undefined, which is the usual status', () => {
    const table = new StatusTable({ internal: undefined } as never);
    expect(table.statusOf(refusalsOf('internal')[0]!)).toMatchObject({ code: Status.INTERNAL });
  });

  it('may be changed later, which changes nothing', () => {
    const hidden = { code: Status.NOT_FOUND, message: 'no' };
    const overrides: Record<string, unknown> = { invalid_token: hidden, internal: Status.UNKNOWN };
    const table = new StatusTable(overrides);
    hidden.code = Status.OK as never;
    hidden.message = 'yes';
    overrides['internal'] = Status.OK;
    overrides['permission_denied'] = Status.OK;
    const codes = (['invalid_token', 'internal', 'permission_denied'] as const).map(
      (code) => table.statusOf(refusalsOf(code)[0]!).code,
    );
    expect(codes).toEqual([Status.NOT_FOUND, Status.UNKNOWN, Status.PERMISSION_DENIED]);
    expect(table.statusOf(refusalsOf('invalid_token')[0]!).details).toBe('no');
  });
});

describe('an override that is refused', () => {
  it.each(REFUSALS)('is OK, for code %s, in both spellings', (code) => {
    for (const value of [Status.OK, { code: Status.OK, message: 'fine' }]) {
      const make = () => new StatusTable({ [code]: value });
      expect(make).toThrow(ConfigError);
      expect(make).toThrow(`statuses.${code}: `);
    }
  });

  it.each([-1, 17, 1.5, NaN, Infinity, '7', 'PERMISSION_DENIED', null, true, {}, { message: 'a' }])(
    'is no status at all: %j',
    (value) => {
      const make = () => new StatusTable({ invalid_token: value } as never);
      expect(make).toThrow(ConfigError);
      expect(make).toThrow('statuses.invalid_token: ');
    },
  );

  it.each(['\uD800', 'a\uDC00b', '\uDC00\uD800', undefined, null, 5])(
    'has a message that cannot be sent: %j',
    (message) => {
      const override = { code: Status.NOT_FOUND, message };
      const make = () => new StatusTable({ invalid_token: override } as never);
      expect(make).toThrow(ConfigError);
      expect(make).toThrow('statuses.invalid_token.message: ');
    },
  );

  it('is not one whose message has a whole pair of surrogates', () => {
    const override = { code: Status.NOT_FOUND, message: 'nothing here 🔒' } as const;
    const status = new StatusTable({ invalid_token: override }).statusOf(
      refusalsOf('invalid_token')[0]!,
    );
    expect(decodeStatus(status.metadata).message).toBe(override.message);
  });

  it.each([
    Status.OK,
    Status.UNAUTHENTICATED,
    Status.PERMISSION_DENIED,
    Status.INTERNAL,
    99,
    null,
    'UNAVAILABLE',
    { code: Status.UNAVAILABLE, message: 'later' },
  ])('makes an outage anything but an outage: %j', (unavailable) => {
    const make = () => new StatusTable({ unavailable } as never);
    expect(make).toThrow(ConfigError);
    expect(make).toThrow('statuses.unavailable: ');
  });

  it.each(['expired', 'invalid-token', 'toString', 'constructor', 'UNAUTHENTICATED'])(
    'is for a code that does not exist: %s',
    (code) => {
      const make = () => new StatusTable({ [code]: Status.NOT_FOUND });
      expect(make).toThrow(ConfigError);
      expect(make).toThrow(`statuses.${code}: `);
    },
  );

  it.each([null, 5, 'PERMISSION_DENIED', true])('is no object by code: %j', (overrides) => {
    expect(() => new StatusTable(overrides as never)).toThrow(ConfigError);
    expect(() => new StatusTable(overrides as never)).toThrow('statuses: ');
  });
});
