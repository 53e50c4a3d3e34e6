import { describe, expect, it } from 'vitest';
import type { AuthenticatorEvent } from '../src/contract/authenticator.ts';
import { declareSnapshot } from '../src/contract/snapshot.ts';
import { AuthError } from '../src/errors/auth-error.ts';
import { caller } from './support/asked-rule.ts';
import { BareCall } from './support/bare-call.ts';
import { ManualClock } from './support/manual-clock.ts';
import { metadataWith } from './support/metadata-field.ts';
import { OpenVerdict, stubAuthenticator } from './support/stub-authenticator.ts';

/** A call of an authenticator that is told which calls are under way, and what it was told. */
function observed(answer: (expiresAtEpochSeconds: number) => unknown) {
  const clock = new ManualClock();
  const told: string[] = [];
  let tell = (_event: AuthenticatorEvent): void => undefined;
  const authenticator = stubAuthenticator(() => answer(clock.nowMs() / 1000 + 60), {
    subscribe: (listener) => {
      tell = listener;
      return () => undefined;
    },
  });
  const note = (what: string) => (): void => void told.push(what);
  const calls = { begun: note('begun'), decided: note('decided'), ended: note('ended') };
  declareSnapshot(authenticator, { of: authenticator, calls });
  const call = new BareCall({ authenticator, clock, streams: { graceSeconds: 0 } });
  call.receiveMetadata(metadataWith('authorization', 'Bearer token'));
  const revoke = (): void => tell({ type: 'revoked', matches: () => true });
  return { call, clock, revoke, told };
}

const passes = (expiresAtEpochSeconds: number) => caller({ expiresAtEpochSeconds });
const OPEN = ['begun', 'decided'];

describe('whoever counts the calls under way', () => {
  it.each<readonly [string, (open: ReturnType<typeof observed>) => void]>([
    ['ends', ({ call }) => call.receiveCancel()],
    ['outlives its token', ({ clock }) => clock.advance(60_000)],
    ['is revoked', ({ revoke }) => revoke()],
  ])('is told once of each step of a call that passed and %s', (_how, end) => {
    const open = observed(passes);
    expect(open.told).toEqual(OPEN);
    end(open);
    expect(open.told).toEqual([...OPEN, 'ended']);
    // At the end of every call grpc-js says so, and nothing is counted again.
    open.call.receiveCancel();
    open.clock.advance(60_000);
    expect(open.told).toEqual([...OPEN, 'ended']);
  });

  it('is told once of each step of a call that is refused', () => {
    const { call, told } = observed(() => new AuthError('invalid_token', 'signature'));
    expect(told).toEqual([...OPEN, 'ended']);
    call.receiveCancel();
    expect(told).toEqual([...OPEN, 'ended']);
  });

  it('is told once of each step of a call that is cancelled before it is decided', async () => {
    const verdict = new OpenVerdict();
    const { call, told } = observed(() => verdict.promise);
    expect(told).toEqual(['begun']);
    call.receiveCancel();
    verdict.resolve(caller());
    await new Promise(setImmediate);
    expect(told).toEqual([...OPEN, 'ended']);
  });
});
