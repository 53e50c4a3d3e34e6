import { expect } from 'vitest';
import { ACTIVE, send, startProvider } from './provider-server.ts';
import { createSubject, type Subject } from './test-authenticator.ts';

export interface HeldSubject extends Subject {
  /** The tokens that the provider was asked about, oldest first. */
  readonly asked: () => readonly string[];
  readonly untilAsked: (count: number) => Promise<void>;
  /** Answers the oldest question that is open. */
  readonly answerOne: () => void;
  /** Answers all open questions, and later ones at once. */
  readonly answerAll: () => void;
}

/** With one place by default, and a provider that answers when the test says so. */
export async function createHeld(
  options: Parameters<typeof createSubject>[1] = {},
): Promise<HeldSubject> {
  const provider = await startProvider();
  const held: (() => void)[] = [];
  provider.respond((_, response) => {
    held.push(() => send(response, ACTIVE));
  });
  const http = { timeoutMs: 60_000 };
  const subject = createSubject(provider, { maxConcurrent: 1, http, ...options });
  const asked = () => provider.questions.map(({ form }) => form.get('token') ?? '');
  return {
    ...subject,
    asked,
    untilAsked: async (count) => {
      await expect.poll(() => asked().length).toBe(count);
    },
    answerOne: () => held.shift()?.(),
    answerAll() {
      provider.say(ACTIVE);
      for (const answer of held.splice(0)) answer();
    },
  };
}
