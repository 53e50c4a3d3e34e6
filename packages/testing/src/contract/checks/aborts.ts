import { accepts, ask, contextWith, formatAnswer } from '../ask.ts';
import type { ContractCheck } from '../check.ts';
import { settle, settlesEventually } from '../eventually.ts';
import { unhandledRejectionsDuring } from '../../watch/rejections.ts';
import { assertThat, failCheck } from '../expected.ts';

export const ABORT_CHECKS: readonly ContractCheck[] = [
  {
    name: 'answers promptly when the call is cancelled',
    async run(create) {
      const { authenticator, good } = await create();
      const token = await good();
      const gone = ask(authenticator, token, contextWith(AbortSignal.abort()));
      assertThat(
        await settlesEventually(gone),
        'an answer to a call whose signal was aborted before',
        'none',
        'Look at signal.aborted before you listen for the abort event.',
      );
      assertThat(
        await settlesEventually(askAndCancel(authenticator, token)),
        'an answer after the abort',
        'none',
        'Settle the promise of a call that is cancelled.',
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
      failCheck(
        'another call with the same token to be accepted',
        formatAnswer(answer),
        'Give work that several calls share a signal of its own.',
      );
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
      assertThat(
        unhandled === 0,
        'no unhandled rejection',
        `${unhandled}`,
        'It ends the process: add a catch() to each promise that nobody may await.',
      );
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
