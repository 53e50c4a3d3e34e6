// Clients that make calls of all four kinds with almost no pause, and count the results. A line `{}` returns
// the
// counts; `{ "authorization": … }` sets the credentials from the next call on.
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { OrdersClient } from '../orders-client.js';
import { CALL_KINDS } from './cases.ts';

const CLIENTS_OF_A_KIND = 2;
const PAUSE_MS = 5;
/** The number of messages of a complete call; with fewer, something was lost. */
const ANSWERS = { unary: 1, 'client stream': 1, 'server stream': 3, bidirectional: 2 } as const;

const client = new OrdersClient(process.argv[2] ?? '');
const made: Record<string, number> = {};
let refused = 0;
let lost = 0;
let authorization: string | undefined;
const stop = new AbortController();
/** Open calls. */
const open = new Set<Promise<void>>();

const workers = CALL_KINDS.flatMap((kind) =>
  Array.from({ length: CLIENTS_OF_A_KIND }, () => work(kind)),
);
for await (const line of createInterface({ input: process.stdin })) {
  const { authorization: next } = JSON.parse(line) as { authorization?: string };
  if (next !== undefined) {
    authorization = next;
    await Promise.all(open);
  }
  console.log(JSON.stringify({ made, refused, lost }));
}
stop.abort();
await Promise.all(workers);
client.close();

async function work(kind: (typeof CALL_KINDS)[number]): Promise<void> {
  while (!stop.signal.aborted) {
    if (authorization !== undefined) {
      const call = make(kind, authorization);
      open.add(call);
      await call;
      open.delete(call);
    }
    await wait(PAUSE_MS);
  }
}

async function make(kind: (typeof CALL_KINDS)[number], token: string): Promise<void> {
  const { status, reason, received } = await client.call(kind, token);
  made[kind] = (made[kind] ?? 0) + 1;
  if (reason !== undefined) refused += 1;
  else if (status !== 'OK' || received.length !== ANSWERS[kind]) lost += 1;
}
