import { ResourceWatch } from '../../watch/resources.ts';
import { ask, formatAnswer } from '../ask.ts';
import type { ContractCheck } from '../check.ts';
import { failCheck } from '../expected.ts';
import { acceptsBad, type Outage } from '../outages.ts';

export const NETWORK_CHECKS: readonly ContractCheck[] = [
  {
    name: 'accepts no token if its provider never gave a good answer',
    having: 'network',
    async run(_, observe) {
      const outages = await observe();
      if (outages === undefined) {
        failCheck('outage(kind)', 'a subject without it', 'A subject with "network" needs one.');
      }
      const failing = ordinary(outages.all)
        .filter((outage) => outage.state === 'cold' && !acceptsBad(outage))
        .filter(({ good }) => good.some(({ answer }) => answer?.kind === 'accepted'));
      if (failing.length === 0) return;
      failCheck(
        'a good token to be unavailable before the first good answer',
        `accepted (${kindsOf(failing)})`,
        'If it needs no provider, remove "network".',
      );
    },
  },
  {
    name: 'reports an outage as unavailable, never as a refusal',
    having: 'network',
    async run(_, observe) {
      const outages = await observe();
      if (outages?.acceptsGood !== true) return;
      const wrong = ordinary(outages.all).flatMap((outage) =>
        refusalsOf(outage).map((refusal) => `${refusal} (${outage.kind})`),
      );
      if (wrong.length === 0) return;
      failCheck(
        'unavailable for a good token',
        [...new Set(wrong)].join(', '),
        "Return new AuthError('unavailable', 'provider') for every answer that is not a verdict.",
      );
    },
  },
  {
    name: 'accepts no bad token during an outage',
    having: 'network',
    async run(_, observe) {
      const failing = ordinary((await observe())?.all ?? []).filter(acceptsBad);
      if (failing.length === 0) return;
      failCheck(
        'bad tokens to be refused',
        `accepted (${kindsOf(failing)})`,
        'Accept a token only after a good answer about it.',
      );
    },
  },
  {
    name: 'opens no connection, because it does not declare a network',
    lacking: 'network',
    async run(create) {
      const watch = new ResourceWatch();
      try {
        const { authenticator, good, bad } = await watch.run(() => create());
        const tokens = [...(await bad()), await good()];
        const before = watch.connections;
        await watch.run(async () => {
          for (const token of tokens) await ask(authenticator, token);
        });
        const opened = watch.connections - before;
        if (opened > 0) failCheck('no connection', `${opened}`, 'Declare "network".');
      } finally {
        watch.stop();
      }
    },
  },
];

/** A redirect has a check of its own, because it leads to a good answer. */
function ordinary(outages: readonly Outage[]): readonly Outage[] {
  return outages.filter(({ kind }) => kind !== 'redirect');
}

function kindsOf(outages: readonly Outage[]): string {
  return [...new Set(outages.map(({ kind }) => kind))].join(', ');
}

/** The refusals of good tokens that do not say that the provider is unavailable. */
function refusalsOf({ good }: Outage): readonly string[] {
  return good.flatMap(({ answer }) =>
    answer?.kind === 'refused' && answer.error.code !== 'unavailable' ? formatAnswer(answer) : [],
  );
}
