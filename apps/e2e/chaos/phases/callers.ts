import { setTimeout as wait } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import type { EchoClient } from '../../support/echo-client.ts';
import { CALL_KINDS } from '../../support/echo-server.ts';
import type { OpenClient } from '../../support/open-call.ts';

/** The credentials of a caller, and the expected results of its calls. */
export interface Caller {
  readonly name: string;
  readonly authorization: () => string | undefined;
  readonly expected: number;
  /** Where a provider is asked, UNAVAILABLE is right during its outage. */
  readonly needsProvider: boolean;
  /** True where the token is signed by a removed key. */
  readonly isStale?: () => boolean;
}

export interface Counts {
  calls: number;
  right: number;
  unavailable: number;
  wrong: number;
}

/** The first few wrong results, to be printed. */
export const wrongs: string[] = [];

/** Makes calls of all kinds for one caller, one after the other, until the signal is aborted. */
export async function keepCalling(
  client: EchoClient,
  caller: Caller,
  mayBeOut: () => boolean,
  countsNow: () => Counts,
  stop: AbortSignal,
): Promise<void> {
  for (let turn = 0; !stop.aborted; turn += 1) {
    const kind = CALL_KINDS[turn % CALL_KINDS.length]!;
    const authorization = caller.authorization();
    const wasStale = caller.isStale?.() ?? false;
    const wasOut = mayBeOut();
    const end = await client.call(kind, authorization === undefined ? {} : { authorization });
    const counts = countsNow();
    counts.calls += 1;
    const isOut = end.code === status.UNAVAILABLE && caller.needsProvider && (wasOut || mayBeOut());
    const isStale =
      end.code === status.UNAUTHENTICATED && (wasStale || caller.isStale?.() === true);
    if (end.code === caller.expected || isStale) counts.right += 1;
    else if (isOut) counts.unavailable += 1;
    else {
      counts.wrong += 1;
      if (wrongs.length < 20) {
        wrongs.push(
          `${caller.name}, ${kind}: ${status[end.code]} (${end.details}), expected ${status[caller.expected]}`,
        );
      }
    }
  }
}

/** Node.js closes the connection of a client that resets more than 33 streams a second. */
const BETWEEN_CANCELS_MS = 80;

/** Cancels calls at all stages; their result does not matter. */
export async function keepCancelling(
  client: EchoClient,
  authorization: () => string,
  countsNow: () => Counts,
  stop: AbortSignal,
): Promise<void> {
  for (let turn = 0; !stop.aborted; turn += 1) {
    const kind = CALL_KINDS[turn % CALL_KINDS.length]!;
    const cancelled = client.call(kind, {
      authorization: authorization(),
      onStart: (cancel) => void setTimeout(cancel, turn % 4),
    });
    await cancelled;
    await wait(BETWEEN_CANCELS_MS);
    const counts = countsNow();
    counts.calls += 1;
    counts.right += 1;
  }
}

/** Opens streams whose tokens expire in two seconds: the server must end each of them in time. */
export async function keepExpiring(
  client: OpenClient,
  shortToken: () => Promise<string>,
  countsNow: () => Counts,
  stop: AbortSignal,
): Promise<void> {
  while (!stop.aborted) {
    const openedMs = Date.now();
    const call = client.open('bidi', { authorization: await shortToken() });
    const { status: end, atMs } = await call.ended;
    const counts = countsNow();
    counts.calls += 1;
    const seconds = (atMs - openedMs) / 1000;
    // Two seconds, and one of grace for a slow machine.
    if (end.code === status.UNAUTHENTICATED && seconds < 10) counts.right += 1;
    else {
      counts.wrong += 1;
      wrongs.push(`a stream that should have expired: ${status[end.code]} after ${seconds} s`);
    }
  }
}
