import { describe, expect, it } from 'vitest';
import type { Capability } from '../../src/index.ts';
import { CHECKS } from '../../src/contract/checks.ts';
import { reading, revoking, accepting, wrapped } from '../support/broken/capabilities.ts';
import { remote } from '../support/broken/outages.ts';
import { rotating } from '../support/broken/rotation.ts';
import { overHttp } from '../support/http-authenticator.ts';
import { failuresOf, checksOf } from '../support/recorded-failures.ts';
import { type Build, tableSubject, UNAVAILABLE } from '../support/table.ts';

const expiresAtEpochSeconds = Math.floor(Date.now() / 1000) + 3600;

/** An authenticator with one capability. */
const ABLE: Readonly<Record<Capability, Build>> = {
  expires: accepting({ expiresAtEpochSeconds }),
  caches: wrapped,
  network: remote(UNAVAILABLE),
  rotates: rotating(),
  revokes: revoking({ lists: true }),
  scopes: accepting({ scopes: ['orders:read'] }),
  typed_claims: reading,
};

describe('a correct authenticator', () => {
  it('passes without capabilities', async () => {
    expect(await failuresOf(tableSubject())).toEqual({});
  });

  it.each(Object.entries(ABLE) as [Capability, Build][])(
    'passes with its capability: %s',
    async (capability, build) => {
      expect(await failuresOf(tableSubject([capability], build))).toEqual({});
    },
  );
});

describe('a correct authenticator over HTTP', () => {
  it('passes in each kind of outage', async () => {
    expect(await failuresOf(tableSubject(['network'], overHttp()))).toEqual({});
  });
});

describe('each capability', () => {
  it.each(Object.keys(ABLE) as Capability[])(
    'has checks for authenticators with it and without it: %s',
    (capability) => {
      const [able, unable] = [checksOf(tableSubject([capability])), checksOf(tableSubject())];
      expect(able.filter((check) => !unable.includes(check)).length).toBeGreaterThan(0);
      expect(unable.filter((check) => !able.includes(check)).length).toBeGreaterThan(0);
    },
  );

  it('does not remove the checks for all authenticators', () => {
    const forAll = CHECKS.filter(
      ({ having, lacking }) => having === undefined && lacking === undefined,
    );
    for (const subject of [tableSubject(), tableSubject(Object.keys(ABLE) as Capability[])]) {
      expect(checksOf(subject)).toEqual(expect.arrayContaining(forAll.map(({ name }) => name)));
    }
  });
});
