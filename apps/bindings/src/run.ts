import { inspect } from 'node:util';
import { ADMISSIONS } from './cases/admissions.ts';
import { LIMITS } from './cases/limits.ts';
import { REFUSALS } from './cases/refusals.ts';
import { STREAM_CASES } from './cases/streams.ts';
import type { Case, Server } from './case.ts';
import { CALL_KINDS } from './echo.ts';
import { echo } from './handlers.ts';
import { Names } from './names.ts';
import type { BindingSubject, SubjectOptions } from './subject.ts';
import type { Protocol } from './wire-client.ts';

export const CASES: readonly Case[] = [...REFUSALS, ...ADMISSIONS, ...LIMITS, ...STREAM_CASES];

/** Longer than any case takes: it ends one that hangs. */
const LIMIT_MS = 120_000;

export interface Cell {
  readonly column: string;
  readonly row: string;
  /** '-': the framework has none of the kinds of calls. 'differs': as the subject says. */
  readonly shown: 'ok' | 'FAILED' | 'differs' | '-';
  readonly failure?: string;
}

export function columnOf({ name, protocols }: BindingSubject, protocol: Protocol): string {
  return protocols.length === 1 ? name : `${name}, ${protocol.name}`;
}

export async function runCase(
  subject: BindingSubject,
  protocol: Protocol,
  tried: Case,
): Promise<Cell> {
  const place = { column: columnOf(subject, protocol), row: tried.name };
  const selected = tried.kinds ?? CALL_KINDS;
  const kinds = subject.kinds.filter((kind) => selected.includes(kind));
  if (kinds.length === 0) return { ...place, shown: '-' };
  const failure = await failureOf(async (servers) => {
    const start = async (options: SubjectOptions): Promise<Server> => {
      const { port, seen, close } = await subject.start(options);
      const client = protocol.connect(port);
      const server = { port, seen, client, close };
      servers.push(server);
      return server;
    };
    await tried.run({ protocol, kinds, start });
  });
  const difference = subject.differences[tried.name];
  if (difference === undefined) {
    return failure === undefined
      ? { ...place, shown: 'ok' }
      : { ...place, shown: 'FAILED', failure };
  }
  return failure === undefined
    ? {
        ...place,
        shown: 'FAILED',
        failure: 'expected the listed difference, received what grpc-js does',
      }
    : { ...place, shown: 'differs' };
}

/** Expects that a server without a part of the binding does not start, or refuses every call. */
export async function runForgotten(
  subject: BindingSubject,
  protocol: Protocol,
  what: string,
): Promise<Cell> {
  const place = { column: columnOf(subject, protocol), row: `forgotten: ${what}` };
  const failure = await failureOf(async (servers) => {
    let running: Awaited<ReturnType<BindingSubject['start']>>;
    try {
      running = await subject.forgotten[what]!({
        auth: { authenticator: new Names() },
        handle: echo,
      });
    } catch {
      return;
    }
    const client = protocol.connect(running.port);
    servers.push({ client, close: running.close });
    for (const kind of subject.kinds) {
      for (const token of ['alice', 'bad']) {
        const { code, messages } = await client.open(kind, { token }).ended;
        if (code === 0 || messages.length > 0) throw new Error(`${kind} was served to ${token}`);
      }
    }
    if (running.seen.handlerStarts > 0) throw new Error('a handler ran');
  });
  return failure === undefined ? { ...place, shown: 'ok' } : { ...place, shown: 'FAILED', failure };
}

/** What a body throws, with its stack. Its servers are closed. */
async function failureOf(
  body: (servers: Pick<Server, 'client' | 'close'>[]) => Promise<void>,
): Promise<string | undefined> {
  const servers: Pick<Server, 'client' | 'close'>[] = [];
  let timer: NodeJS.Timeout | undefined;
  let fail: (fault: Error) => void = () => undefined;
  const late = new Promise<never>((_, reject) => {
    fail = reject;
    timer = setTimeout(() => reject(new Error(`not within ${LIMIT_MS} ms`)), LIMIT_MS);
  });
  // What a server throws where nobody catches it would end its process.
  const crash = (fault: unknown): void => fail(new Error('the server crashed', { cause: fault }));
  process.on('uncaughtException', crash);
  try {
    await Promise.race([body(servers), late]);
    return undefined;
  } catch (error) {
    return inspect(error);
  } finally {
    clearTimeout(timer);
    process.off('uncaughtException', crash);
    for (const { client, close } of servers) {
      client.close();
      await close();
    }
  }
}
