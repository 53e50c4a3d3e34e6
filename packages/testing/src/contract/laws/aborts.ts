import assert from 'node:assert/strict';
import { accepts, ask, contextWith, wordsFor } from '../ask.ts';
import type { Law } from '../law.ts';
import { settle, settlesSoon } from '../patience.ts';
import { unhandledRejectionsDuring } from '../../watch/rejections.ts';

export const ABORT_LAWS: readonly Law[] = [
  {
    name: 'answers promptly once nobody waits any longer',
    async holds(create) {
      const { authenticator, good } = await create();
      const token = await good();
      const gone = ask(authenticator, token, contextWith(AbortSignal.abort()));
      assert.ok(await settlesSoon(gone), 'asked with an aborted signal, it did not answer');
      assert.ok(await settlesSoon(askAndLeave(authenticator, token)), 'it waited on');
      const cut = await create();
      const unreachable = await cut.good();
      await cut.outage?.();
      const waited = await settlesSoon(askAndLeave(cut.authenticator, unreachable));
      assert.ok(waited, 'during an outage, it waited on');
    },
  },
  {
    name: 'lets a caller who leaves take nobody along',
    async holds(create) {
      const { authenticator, good } = await create();
      const token = await good();
      const leaving = askAndLeave(authenticator, token, () => ask(authenticator, token));
      const answer = await leaving;
      if (answer.kind === 'accepted' || !(await accepts(authenticator, token))) return;
      assert.fail(`another caller with the same token: ${wordsFor(answer)}`);
    },
  },
  {
    name: 'leaves no rejection unhandled, whoever leaves and whatever is closed',
    async holds(create) {
      const { authenticator, good, bad, outage, close } = await create();
      const tokens = [...(await bad()), await good()];
      const unhandled = await unhandledRejectionsDuring(async () => {
        for (const token of tokens) await ask(authenticator, token);
        for (const token of tokens) await settlesSoon(askAndLeave(authenticator, token));
        await outage?.();
        const waiting = tokens.map((token) => askAndLeave(authenticator, token));
        await settlesSoon(Promise.all(waiting));
        await close().catch(() => undefined);
        await settle();
      });
      assert.equal(unhandled, 0, 'a rejection that nobody listens to ends the process');
    },
  },
];

type Asked = ReturnType<typeof ask>;

/** Asks, and leaves while it is under way; the answer is that of `other`, who stays, if there is one. */
function askAndLeave(
  authenticator: Parameters<typeof ask>[0],
  token: string,
  other?: () => Asked,
): Asked {
  const controller = new AbortController();
  const asked = ask(authenticator, token, contextWith(controller.signal));
  const stays = other?.();
  controller.abort();
  return stays ?? asked;
}
