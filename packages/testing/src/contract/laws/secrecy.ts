import assert from 'node:assert/strict';
import type { AuthError } from '@grpc-authn/core/authenticator';
import { inspectAll, printsDuring } from '../../watch/output.ts';
import { ask } from '../ask.ts';
import type { CreateInstance, Law } from '../law.ts';
import { alterationsOf, JUNK, secretsOf } from '../tokens.ts';

export const SECRECY_LAWS: readonly Law[] = [
  {
    name: 'shows nothing of a token in an error',
    async holds(create) {
      await askAboutAll(create, ({ error, secrets }) => {
        if (error === undefined) return;
        const shown = everythingOf(error);
        const seen = secrets.some((secret) => shown.includes(secret));
        assert.ok(!seen, `${error.code}/${error.reason} shows something of the token`);
      });
    },
  },
  {
    name: 'prints nothing of a token',
    async holds(create) {
      const secrets: string[] = [];
      const printed = await printsDuring(
        () => secrets,
        () => askAboutAll(create, () => undefined, secrets),
      );
      assert.ok(!printed, 'something of a token was printed');
    },
  },
  {
    name: 'shows nothing of a token as it is printed itself',
    async holds(create) {
      const { authenticator, good, bad } = await create();
      for (const token of [...(await bad()), await good()]) {
        await ask(authenticator, token);
        const shown = `${inspectAll(authenticator)} ${jsonOf(authenticator)}`;
        const seen = secretsOf(token).some((secret) => shown.includes(secret));
        assert.ok(!seen, 'an inspected authenticator shows something of a token');
      }
    },
  },
];

interface Told {
  readonly error: AuthError | undefined;
  readonly secrets: readonly string[];
}

/** Asks about every kind of token, in and out of an outage. */
async function askAboutAll(
  create: CreateInstance,
  tell: (told: Told) => void,
  known: string[] = [],
): Promise<void> {
  const { authenticator, good, bad, outage } = await create();
  const rejected = await bad();
  const token = await good();
  const tokens = [...rejected, token, ...Object.values(alterationsOf(token)), ...junk()];
  const askAbout = async (asked: string): Promise<void> => {
    const secrets = secretsOf(asked);
    known.push(...secrets);
    const answer = await ask(authenticator, asked);
    tell({ error: answer.kind === 'refused' ? answer.error : undefined, secrets });
  };
  for (const asked of tokens) await askAbout(asked);
  if (outage === undefined) return;
  // What was accepted is refused now, and in other words.
  await outage();
  await Promise.all([...rejected, token].map(askAbout));
}

function junk(): readonly string[] {
  return Object.values(JUNK).filter((token) => token.includes('canary') || token.includes('.'));
}

/** Message, stack, causes, members of its own, and what it says as JSON. */
function everythingOf(error: AuthError): string {
  return [error.message, error.stack, String(error), inspectAll(error), jsonOf(error)].join('\n');
}

function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    // A circle, which no logger writes either.
    return '';
  }
}
