import type { CallKind } from './echo.ts';
import type { RunningSubject, SubjectOptions } from './subject.ts';
import type { CallEnd, Protocol, WireClient } from './wire-client.ts';

/** A row of the table. It passes where nothing throws. */
export interface Case {
  readonly name: string;
  /** The kinds of calls that it is about. Default: all. */
  readonly kinds?: readonly CallKind[];
  /** Runs once for each framework and protocol. */
  run(setting: Setting): Promise<void>;
}

/** A framework and a protocol, for one case. */
export interface Setting {
  readonly protocol: Protocol;
  /** Those of the case that the framework has: at least one. */
  readonly kinds: readonly CallKind[];
  /** Starts a server and a client for it; both are closed after the case. */
  readonly start: (options: SubjectOptions) => Promise<Server>;
}

export interface Server extends RunningSubject {
  readonly client: WireClient;
}

/** What a client receives, as the cases compare it. */
export function resultOf({ code, failure, messages }: CallEnd): object {
  const { reason, stage, challenge } = failure ?? {};
  return { code, reason, stage, challenge, messages };
}

/** Waits until a condition is true. The limit only ends a case that would hang. */
export async function eventually(holds: () => boolean, what: string): Promise<void> {
  const endMs = Date.now() + 30_000;
  while (!holds()) {
    if (Date.now() > endMs) throw new Error(`not within 30 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** Lets what is under way in this process and on its sockets happen. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate);
}
