import { createHash, randomBytes } from 'node:crypto';
import { freemem } from 'node:os';
import {
  type Authenticator,
  AuthError,
  cached,
  createPrincipal,
} from '@grpc-authn/core/authenticator';
import { OURS_CACHED } from '../contenders/names.ts';
import { asVerifier } from '../contenders/ours.ts';
import { fastJwtCached } from '../contenders/fast-jwt.ts';
import { joseWithMap } from '../contenders/jose.ts';
import { type Measurement, measurement } from '../statistics/measurement.ts';
import { AUDIENCE, ISSUER, Mint } from '../tokens/mint.ts';
import { createKeySet } from '../tokens/signing-material.ts';
import { collectGarbage } from './collect-garbage.ts';
import type { Experiment, Report } from './experiment.ts';

/** With less free memory the large cache is skipped: swapping would measure the disk. */
const NEEDED_BYTES_PER_ENTRY = 6000;
/** A million entries take half a minute, and an entry of a small cache is as large. */
const MOST_ENTRIES_OF_ALL = 10_000;

const REFUSAL = new AuthError('invalid_token', 'signature');

/** The memory of a full cache: bytes per entry, with the principal in it. */
export const memory: Experiment = async ({ cacheEntries }, report) => {
  const found: Measurement[] = [];
  for (const entries of cacheEntries) {
    if (freemem() < entries * NEEDED_BYTES_PER_ENTRY) {
      report(`${entries} entries are skipped: not enough free memory`);
      continue;
    }
    found.push(...(await ofOurs(entries, true, report)));
    if (entries > MOST_ENTRIES_OF_ALL) continue;
    found.push(...(await ofOurs(entries, false, report)));
    found.push(...(await ofPeers(entries, report)));
  }
  return found;
};

/** Tokens are random text and principals are created directly, so that a million take seconds. */
async function ofOurs(
  entries: number,
  keepTokens: boolean,
  report: Report,
): Promise<readonly Measurement[]> {
  let asked = 0;
  let full = false;
  const inner: Authenticator<object> = {
    name: 'made up',
    authenticate({ token }) {
      asked += 1;
      if (full) return REFUSAL;
      return principalOf(token);
    },
  };
  const before = usedBytes();
  const { check } = asVerifier(cached(inner, { maxEntries: entries, keepTokens }));
  const seed = randomBytes(855).toString('base64url');
  for (let number = 0; number < entries; number += 1) {
    await check(tokenOf(seed, number));
    if (number % 100_000 === 99_999) report(`${number + 1} of ${entries} entries`);
  }
  const bytes = usedBytes() - before;
  // Entries that are not asked for again are still there: a full set evicts entries before the whole cache is
  // full.
  full = true;
  asked = 0;
  for (let number = 0; number < entries; number += 1) await check(tokenOf(seed, number));
  const kept = entries - asked;
  const what = {
    experiment: 'memory',
    scenario: `${entries.toLocaleString('en')} entries`,
    subject: keepTokens ? OURS_CACHED : `${OURS_CACHED}, keepTokens: false`,
  };
  return [
    measurement(what, 'an entry', 'bytes', [bytes / kept]),
    measurement(what, 'kept of as many tokens', '%', [(100 * kept) / entries]),
  ];
}

async function ofPeers(entries: number, report: Report): Promise<readonly Measurement[]> {
  const keys = createKeySet('HS256');
  const mint = new Mint(keys[0], Math.floor(Date.now() / 1000));
  const found: Measurement[] = [];
  for (const contender of [fastJwtCached, joseWithMap]) {
    report(`${contender.name}, ${entries} entries`);
    const setting = { keys, jwksUri: '', cacheEntries: entries };
    const before = usedBytes();
    const { check } = await contender.create(setting);
    for (let number = 0; number < entries; number += 1) await check(mint.token(number));
    const bytes = (usedBytes() - before) / entries;
    const scenario = `${entries.toLocaleString('en')} entries`;
    const what = { experiment: 'memory', scenario, subject: contender.name };
    found.push(measurement(what, 'an entry', 'bytes', [bytes]));
    // Must stay referenced until it was measured.
    await check(mint.token(0));
  }
  return found;
}

/** As long as an RS256 token of the other experiments, and as random at its end as a signature. */
function tokenOf(seed: string, number: number): string {
  const end = createHash('sha256').update(`${number}`).digest('base64url');
  // Copied: a concatenated string stays a tree of pieces, unlike a header.
  return Buffer.from(seed + end, 'latin1').toString('latin1');
}

function principalOf(token: string): ReturnType<typeof createPrincipal> {
  const id = token.slice(-16);
  const nowSeconds = Math.floor(Date.now() / 1000);
  const payload = JSON.stringify({
    iss: ISSUER,
    sub: `user-${id}`,
    aud: [AUDIENCE],
    exp: nowSeconds + 86_400,
    nbf: nowSeconds,
    iat: nowSeconds,
    jti: `7f0c9a52-3d1e-${id}`,
    client_id: 'orders-web-client',
    scope: 'openid profile email orders:read orders:write',
    auth_time: nowSeconds,
    name: 'Alice Example',
    email: `alice.${id}@example.com`,
    email_verified: true,
    tenant: 'b61d3f0e-8a57-4f0c-a1b9-2c8d5e7f9a10',
    groups: ['customers', 'orders-readers', 'orders-writers', 'europe-west'],
    session_state: `0f3b6d29-71c8-4e5a-${id}`,
  });
  const claims = JSON.parse(payload) as Record<string, never>;
  return createPrincipal({
    authenticator: 'made up',
    issuer: ISSUER,
    subject: `user-${id}`,
    clientId: 'orders-web-client',
    audience: [AUDIENCE],
    scopes: ['openid', 'profile', 'email', 'orders:read', 'orders:write'],
    expiresAtEpochSeconds: nowSeconds + 86_400,
    verifiedAtEpochSeconds: nowSeconds,
    claims,
  });
}

function usedBytes(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
