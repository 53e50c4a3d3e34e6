import { expect } from 'vitest';
import { type KeyServer, startKeyServer } from './key-server.ts';
import { createSigner, type Signer, unknownToken } from './signer.ts';
import { createSubject, type Subject } from './test-authenticator.ts';

export interface Warm extends Subject {
  readonly server: KeyServer;
  readonly known: Signer;
  readonly added: Signer;
}

/** One key is known; another will be published. */
export async function createWarm(): Promise<Warm> {
  const [known, added] = [createSigner('known'), createSigner('added')];
  const server = await startKeyServer([known]);
  const subject = createSubject({ url: server.url });
  await subject.authenticator.ready();
  expect(server.requests).toHaveLength(1);
  return { ...subject, server, known, added };
}

/** Both looks-up that the bucket holds are made. */
export async function emptyBucket({ decide, server }: Warm): Promise<void> {
  for (let look = 0; look < 2; look += 1) {
    expect(await decide(unknownToken())).toBe('invalid_token/unknown_key');
  }
  expect(server.requests).toHaveLength(3);
}
