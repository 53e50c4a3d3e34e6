import { getHeapSnapshot } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { ACTIVE } from './support/provider-server.ts';
import { createSubject, type Subject } from './support/test-authenticator.ts';

/** Composed each time, so that the test itself references no token. */
const tokenOf = (name: string): string =>
  Buffer.from(`canary-${name}-${'x'.repeat(40)}`).toString();

/** Asks a provider without a network, so that no server in this process holds what it was asked. */
async function askAbout(subject: Subject, name: string): Promise<string> {
  return subject.decide(tokenOf(name));
}

async function tokensInMemory(): Promise<readonly string[]> {
  const found = new Set<string>();
  let rest = '';
  for await (const chunk of getHeapSnapshot()) {
    const text = rest + String(chunk);
    for (const [, name] of text.matchAll(/canary-([a-z]+)-x{40}/g)) found.add(name ?? '');
    rest = text.slice(-100);
  }
  return [...found].toSorted();
}

describe('after the provider was asked', () => {
  it('no token is in memory, accepted or rejected, although both results are cached', async () => {
    let questions = 0;
    const subject = createSubject(
      { endpoint: 'https://id.example.com/introspect' },
      {
        http: {
          fetch: async (_, init) => {
            questions += 1;
            const good = new Request('https://id.example.com', init);
            const accepted = (await good.text()).includes('accepted');
            return Response.json(accepted ? ACTIVE : { active: false });
          },
        },
      },
    );
    expect(await askAbout(subject, 'accepted')).toBe('accepted');
    expect(await askAbout(subject, 'refused')).toBe('invalid_token/inactive');
    const held = tokenOf('held');
    expect(await tokensInMemory()).toEqual(['held']);
    expect(held).toContain('held');
    expect(await askAbout(subject, 'accepted')).toBe('accepted');
    expect(await askAbout(subject, 'refused')).toBe('invalid_token/inactive');
    expect(questions).toBe(2);
  }, 60_000);
});
