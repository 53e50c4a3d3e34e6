import assert from 'node:assert/strict';
import { accepts, ask, contextWith, formatAnswer } from '../ask.ts';
import type { ContractCheck } from '../check.ts';
import { settle, settlesEventually } from '../eventually.ts';
import { unhandledRejectionsDuring } from '../../watch/rejections.ts';

export const ABORT_CHECKS: readonly ContractCheck[] = [
  {
    name: 'answers promptly when the call is cancelled',
    async run(create) {
      const { authenticator, good } = await create();
      const token = await good();
      const gone = ask(authenticator, token, contextWith(AbortSignal.abort()));
      assert.ok(
        await settlesEventually(gone),
        'it did not answer a call whose signal was aborted before',
      );
      assert.ok(
        await settlesEventually(askAndCancel(authenticator, token)),
        'it did not answer after the abort',
      );
    },
  },
  {
    name: 'does not cancel other calls when one call is cancelled',
    async run(create) {
      const { authenticator, good } = await create();
      const token = await good();
      const asked = askAndCancel(authenticator, token, () => ask(authenticator, token));
      const answer = await asked;
      if (answer.kind === 'accepted' || !(await accepts(authenticator, token))) return;
      assert.fail(`another call with the same token: ${formatAnswer(answer)}`);
    },
  },
  {
    name: 'leaves no rejection unhandled when calls are cancelled or it is closed',
    async run(create, observe) {
      const outages = await observe();
      let unhandled = outages?.unhandledRejections ?? 0;
      for (const kind of ['unreachable', 'hanging'] as const) {
        const { authenticator, good, bad, outage, close } = await create();
        const tokens = [...(await bad()), await good()];
        unhandled += await unhandledRejectionsDuring(async () => {
          for (const token of tokens) await ask(authenticator, token);
          for (const token of tokens) await settlesEventually(askAndCancel(authenticator, token));
          await outage?.(kind);
          const waiting = tokens.map((token) => askAndCancel(authenticator, token));
          await settlesEventually(Promise.all(waiting));
          await close().catch(() => undefined);
          await settle();
        });
        if (outage === undefined) break;
      }
      assert.equal(unhandled, 0, 'an unhandled rejection ends the process');
    },
  },
];

type Asked = ReturnType<typeof ask>;

/** Cancels a call while it is pending. Returns the answer of `other`, which is not cancelled, if given. */
function askAndCancel(
  authenticator: Parameters<typeof ask>[0],
  token: string,
  other?: () => Asked,
): Asked {
  const controller = new AbortController();
  const asked = ask(authenticator, token, contextWith(controller.signal));
  const uncancelled = other?.();
  controller.abort();
  return uncancelled ?? asked;
}
