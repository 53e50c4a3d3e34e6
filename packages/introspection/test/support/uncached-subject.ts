import { createFakeClock, type FakeClock } from '@grpc-authn/testing';
import { type ProviderServer, startProvider } from './provider-server.ts';
import { createSubject, type Subject } from './test-authenticator.ts';

export interface UncachedSubject extends Subject {
  readonly provider: ProviderServer;
  /** Rests end by it, whatever the wall clock says. */
  readonly clock: FakeClock;
  /** What was decided about so many different tokens, one after the other. */
  readonly askAbout: (prefix: string, count: number) => Promise<readonly string[]>;
  /** The types of what it reported. */
  readonly types: () => readonly string[];
}

/** Caches nothing, so that every call is a question; its provider answers 429 at first. */
export async function createUncached(
  options: Parameters<typeof createSubject>[1] = {},
): Promise<UncachedSubject> {
  const provider = await startProvider();
  provider.say('', 429);
  const clock = createFakeClock();
  const subject = createSubject(provider, { cache: false, clock, ...options });
  return {
    ...subject,
    provider,
    clock,
    async askAbout(prefix, count) {
      const outcomes: string[] = [];
      for (let index = 0; index < count; index += 1) {
        outcomes.push(await subject.decide(`${prefix}-${index}`));
      }
      return outcomes;
    },
    types: () => subject.events.map(({ type }) => type),
  };
}
