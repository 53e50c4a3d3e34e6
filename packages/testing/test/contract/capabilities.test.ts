import { describe, expect, it } from 'vitest';
import type { Capability } from '../../src/index.ts';
import { LAWS } from '../../src/contract/laws.ts';
import { reading, revoking, vouching, wrapped } from '../support/broken/capabilities.ts';
import { remote } from '../support/broken/network.ts';
import { rotating } from '../support/broken/rotation.ts';
import { failuresOf, lawsOf } from '../support/recorded-failures.ts';
import { type Build, tableSubject, UNAVAILABLE } from '../support/table.ts';

const expiresAtEpochSeconds = Math.floor(Date.now() / 1000) + 3600;

/** An authenticator that has one capability. */
const ABLE: Readonly<Record<Capability, Build>> = {
  expires: vouching({ expiresAtEpochSeconds }),
  caches: wrapped,
  network: remote(UNAVAILABLE),
  rotates: rotating(),
  revokes: revoking({ tells: true }),
  scopes: vouching({ scopes: ['orders:read'] }),
  typed_claims: reading,
};

describe('an authenticator that keeps every law', () => {
  it('passes with no capability at all', async () => {
    expect(await failuresOf(tableSubject())).toEqual([]);
  });

  it.each(Object.entries(ABLE) as [Capability, Build][])(
    'passes with the capability that it has: %s',
    async (capability, build) => {
      expect(await failuresOf(tableSubject([capability], build))).toEqual([]);
    },
  );
});

describe('each capability', () => {
  it.each(Object.keys(ABLE) as Capability[])('is tested for yes and for no: %s', (capability) => {
    const [able, unable] = [lawsOf(tableSubject([capability])), lawsOf(tableSubject())];
    expect(able.filter((law) => !unable.includes(law)).length).toBeGreaterThan(0);
    expect(unable.filter((law) => !able.includes(law)).length).toBeGreaterThan(0);
  });

  it('changes nothing about the laws that hold for all', () => {
    const forAll = LAWS.filter(
      ({ having, lacking }) => having === undefined && lacking === undefined,
    );
    for (const subject of [tableSubject(), tableSubject(Object.keys(ABLE) as Capability[])]) {
      expect(lawsOf(subject)).toEqual(expect.arrayContaining(forAll.map(({ name }) => name)));
    }
  });
});
