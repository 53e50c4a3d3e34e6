import type { AuthError } from '@grpc-authn/core/authenticator';
import { inspectAll, printsDuring } from '../../watch/output.ts';
import { ask } from '../ask.ts';
import type { ContractCheck } from '../check.ts';
import type { CreateInstance } from '../instance.ts';
import { alterationsOf, JUNK, secretsOf } from '../tokens.ts';
import { assertThat } from '../expected.ts';

export const SECRECY_CHECKS: readonly ContractCheck[] = [
  {
    name: 'shows no part of a token in an error',
    async run(create, observe) {
      await askAboutAll(create, assertHidden);
      for (const { good, bad } of (await observe())?.all ?? []) {
        for (const { token, answer } of [...good, ...bad]) {
          const error = answer?.kind === 'refused' ? answer.error : undefined;
          assertHidden({ error, secrets: secretsOf(token) });
        }
      }
    },
  },
  {
    name: 'prints no part of a token',
    async run(create, observe) {
      const secrets: string[] = [];
      const printed = await printsDuring(
        () => secrets,
        () => askAboutAll(create, () => undefined, secrets),
      );
      const printedInOutage = (await observe())?.printed ?? false;
      assertThat(
        !printed && !printedInOutage,
        'no part of a token in the output',
        'one',
        'Log the code and the reason of an error, and never the token or what it contains.',
      );
    },
  },
  {
    name: 'shows no part of a token when it is inspected',
    async run(create) {
      const { authenticator, good, bad } = await create();
      for (const token of [...(await bad()), await good()]) {
        await ask(authenticator, token);
        const shown = `${inspectAll(authenticator)} ${jsonOf(authenticator)}`;
        const seen = secretsOf(token).some((secret) => shown.includes(secret));
        assertThat(
          !seen,
          'no part of a token in the inspected authenticator',
          'one',
          'Store tokens as digests, or in private fields.',
        );
      }
    },
  },
];

interface Outcome {
  readonly error: AuthError | undefined;
  readonly secrets: readonly string[];
}

/** Calls the authenticator with every kind of token. */
async function askAboutAll(
  create: CreateInstance,
  report: (outcome: Outcome) => void,
  known: string[] = [],
): Promise<void> {
  const { authenticator, good, bad } = await create();
  const rejected = await bad();
  const token = await good();
  const tokens = [...rejected, token, ...Object.values(alterationsOf(token)), ...junk()];
  const askAbout = async (asked: string): Promise<void> => {
    const secrets = secretsOf(asked);
    known.push(...secrets);
    const answer = await ask(authenticator, asked);
    report({ error: answer.kind === 'refused' ? answer.error : undefined, secrets });
  };
  for (const asked of tokens) await askAbout(asked);
}

function assertHidden({ error, secrets }: Outcome): void {
  if (error === undefined) return;
  const shown = everythingOf(error);
  const seen = secrets.some((secret) => shown.includes(secret));
  assertThat(
    !seen,
    `${error.code}/${error.reason} without any part of the token`,
    'an error that shows one',
    'Remove the token and its claims from message and cause.',
  );
}

function junk(): readonly string[] {
  return Object.values(JUNK).filter((token) => token.includes('canary') || token.includes('.'));
}

/** Message, stack, causes, own members and JSON. */
function everythingOf(error: AuthError): string {
  return [error.message, error.stack, String(error), inspectAll(error), jsonOf(error)].join('\n');
}

function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    // Circular; loggers cannot write it either.
    return '';
  }
}
