import { setImmediate } from 'node:timers/promises';
import { getHeapSnapshot, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { AuthError } from '@grpc-authn/core/authenticator';
import { createIntrospectionAuthenticator } from '../../src/index.ts';

/** As many as maxConcurrent, so that all places are always taken. */
const AT_ONCE = 64;
/** Afterwards code is compiled and caches are full, so that the heap grows only by what is stored. */
const WARM_UP = 5000;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes on the heap after a full collection. */
async function heapAfterCollection(): Promise<number> {
  for (let round = 0; round < 5; round += 1) {
    await setImmediate();
    collect();
  }
  return process.memoryUsage().heapUsed;
}

function tokenOf(index: number): string {
  return Buffer.from(`junk-${index.toString(36)}-${'x'.repeat(40)}`).toString();
}

/** How many different tokens of the flood are in memory. */
async function tokensInMemory(): Promise<number> {
  const found = new Set<string>();
  let rest = '';
  for await (const chunk of getHeapSnapshot()) {
    const text = rest + String(chunk);
    for (const [token] of text.matchAll(/junk-[0-9a-z]+-x{40}/g)) found.add(token);
    rest = text.slice(-100);
  }
  return found.size;
}

export interface Flood {
  readonly refused: number;
  readonly questions: number;
  /** By how much the heap is larger right after the last answer. */
  readonly growthBytes: number;
  readonly tokensInMemory: number;
}

/** So many different tokens that are good for nothing, at a provider without a network, which says so. */
export async function floodWithJunk(
  tokens: number,
  progress?: (done: number, growthBytes: number) => void,
): Promise<Flood> {
  let questions = 0;
  const authenticator = createIntrospectionAuthenticator({
    endpoint: 'https://id.example.com/introspect',
    clientId: 'orders-service',
    clientAuthentication: { method: 'client_secret_basic', secret: 'secret' },
    audience: 'orders',
    http: {
      fetch: async () => {
        questions += 1;
        // An answer of a network comes in a later turn.
        await setImmediate();
        return Response.json({ active: false });
      },
    },
  });
  let next = 0;
  let refused = 0;
  const ask = async (until: number): Promise<void> => {
    const context = { method: '/orders.v1.Orders/List', signal: new AbortController().signal };
    while (next < until) {
      next += 1;
      const credentials = { scheme: 'bearer', token: tokenOf(next) };
      const verdict = await authenticator.authenticate(credentials, context);
      if (AuthError.is(verdict) && verdict.reason === 'inactive') refused += 1;
    }
  };
  const flood = (until: number) => Promise.all(Array.from({ length: AT_ONCE }, () => ask(until)));
  await flood(WARM_UP);
  const before = await heapAfterCollection();
  [refused, questions] = [0, 0];
  const step = Math.max(1, Math.floor(tokens / 20));
  if (progress !== undefined) {
    for (let done = step; done <= tokens; done += step) {
      await flood(WARM_UP + done);
      progress(done, (await heapAfterCollection()) - before);
    }
  }
  await flood(WARM_UP + tokens);
  const growthBytes = (await heapAfterCollection()) - before;
  const kept = await tokensInMemory();
  await authenticator.close();
  return { refused, questions, growthBytes, tokensInMemory: kept };
}
