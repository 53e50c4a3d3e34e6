import { setImmediate } from 'node:timers/promises';
import { type Answer, ask, contextWith } from '../ask.ts';
import type { ContractCheck } from '../check.ts';
import { eventually, PROVIDER_TURNS } from '../eventually.ts';
import { failCheck } from '../expected.ts';
import { MAX_BYTES, type Outage } from '../outages.ts';

/** What a request to a provider must not do, whatever the provider answers. */
export const REQUEST_CHECKS: readonly ContractCheck[] = [
  {
    name: 'limits the time that it waits for its provider',
    having: 'network',
    async run(_, observe) {
      const failing = ((await observe())?.all ?? []).find(hasNoAnswer);
      if (failing === undefined) return;
      failCheck(
        'an answer within 3 s',
        `none (${failing.kind})`,
        'Give each request a time limit that includes its body. In this test, set it to at most 2 s.',
      );
    },
  },
  {
    name: 'limits the size of an answer of its provider',
    having: 'network',
    async run(_, observe) {
      if (!((await observe())?.all ?? []).some(({ readTooMuch }) => readTooMuch)) return;
      failCheck(
        `at most ${MAX_BYTES} bytes to be read from a connection`,
        'more',
        'Count the bytes of a body while it arrives, and stop at a limit.',
      );
    },
  },
  {
    name: 'follows no redirect of its provider',
    having: 'network',
    async run(_, observe) {
      const all = (await observe())?.all ?? [];
      for (const redirect of all.filter(({ kind }) => kind === 'redirect')) {
        const usual = all.find(({ kind, state }) => kind === 'http500' && state === redirect.state);
        const received = usual && followedAs(redirect, usual);
        if (received === undefined) continue;
        failCheck(
          'a redirect to be an outage, as status 500 is',
          received,
          "A redirect sends tokens and client credentials elsewhere: set redirect: 'manual' or 'error'.",
        );
      }
    },
  },
  {
    name: 'stops waiting for its provider when the call is cancelled',
    having: 'network',
    async run(create, observe) {
      const outages = (await observe())?.all ?? [];
      // Without a time limit there is no order, and another check fails.
      if (outages.some((outage) => outage.kind === 'hanging' && hasNoAnswer(outage))) return;
      // An earlier call on another instance reaches its time limit first, if the signal is ignored.
      const [other, { authenticator, good, outage }] = [await create(), await create()];
      const [otherToken, token] = [await other.good(), await good()];
      await other.outage?.('hanging');
      await outage?.('hanging');
      const settled: ('limit' | 'cancelled')[] = [];
      const note = (what: 'limit' | 'cancelled', asked: Promise<unknown>): void => {
        void asked.finally(() => settled.push(what));
      };
      note('limit', ask(other.authenticator, otherToken));
      await setImmediate();
      const during = new AbortController();
      for (const signal of [AbortSignal.abort(), during.signal]) {
        note('cancelled', ask(authenticator, token, contextWith(signal)));
      }
      await setImmediate();
      // Its time limit is too short to see the difference.
      if (settled.includes('limit')) return;
      during.abort();
      await eventually(() => settled.includes('limit') || settled.length === 2, PROVIDER_TURNS);
      if (!settled.includes('limit') || settled.indexOf('limit') === 2) return;
      failCheck(
        'an answer when context.signal is aborted',
        'none before the time limit of the request',
        'Stop waiting on the abort event of the signal, and look at signal.aborted before.',
      );
    },
  },
];

/** How a redirect ended otherwise than an answer with status 500. Undefined if it did not. */
function followedAs(redirect: Outage, usual: Outage): string | undefined {
  const asked = [...redirect.good, ...redirect.bad];
  const askedUsual = [...usual.good, ...usual.bad];
  const differ = asked
    .filter((_, index) => isOutage(askedUsual[index]?.answer))
    .map(({ answer }) => answer);
  if (differ.some((answer) => answer?.kind === 'accepted')) return 'a principal';
  if (redirect.destinations > usual.destinations) return 'a connection to the other origin';
  const wrong = differ.find((answer) => answer?.kind === 'refused' && !isOutage(answer));
  return wrong?.kind === 'refused' ? `${wrong.error.code}/${wrong.error.reason}` : undefined;
}

/** False if the kit stopped waiting for another reason than the time. */
function hasNoAnswer({ good, bad, readTooMuch }: Outage): boolean {
  return !readTooMuch && [...good, ...bad].some(({ answer }) => answer === undefined);
}

function isOutage(answer: Answer | undefined): boolean {
  return answer?.kind === 'refused' && answer.error.code === 'unavailable';
}
