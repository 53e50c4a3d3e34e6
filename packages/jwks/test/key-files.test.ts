import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { keySetOf } from './support/key-server.ts';
import { createSigner, unknownToken } from './support/signer.ts';
import { createSubject, type Subject } from './support/test-authenticator.ts';

const [key, added] = [createSigner('key'), createSigner('added')];

async function createFile(content?: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'jwks-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'jwks.json');
  if (content !== undefined) await writeFile(file, content);
  return file;
}

async function createWarm(): Promise<Subject & { readonly file: string }> {
  const file = await createFile(keySetOf(key.jwk));
  const subject = createSubject({ file });
  expect(await subject.decide(key.token())).toBe('accepted');
  return { ...subject, file };
}

describe('a key file', () => {
  it('is read again when it changes, within five seconds', async () => {
    const { file, clock, reported, decide } = await createWarm();
    await writeFile(file, keySetOf(added.jwk));
    await clock.advance(5000);
    await reported('keys_refreshed', 2);
    expect(await decide(added.token())).toBe('accepted');
    expect(await decide(key.token())).toBe('invalid_token/unknown_key');
  });

  it('is read again at once for a kid that is not in it', async () => {
    const { file, decide } = await createWarm();
    const next = `${file}.next`;
    await writeFile(next, keySetOf(key.jwk, added.jwk));
    await rename(next, file);
    expect(await decide(added.token())).toBe('accepted');
  });

  it.each([
    ['half-written', keySetOf(key.jwk).slice(0, 40)],
    ['empty', ''],
    ['no key set', '{"key":[]}'],
    ['null', 'null'],
    ['HTML', '<html>'],
    ['larger than a MiB', `${keySetOf(added.jwk)}${' '.repeat(1024 * 1024)}`],
  ])('that is %s keeps the old set, and no token is refused for it', async (_, content) => {
    const { file, clock, reported, decide, events } = await createWarm();
    await writeFile(file, content);
    await clock.advance(5000);
    await reported('keys_unavailable', 1);
    expect(events.at(-1)).toMatchObject({ error: { problem: 'content' } });
    expect(await decide(key.token())).toBe('accepted');
    expect(await decide(unknownToken())).toBe('unavailable/jwks');
    await writeFile(file, keySetOf(key.jwk, added.jwk));
    await clock.advance(2400);
    await reported('keys_recovered', 1);
    expect(await decide(added.token())).toBe('accepted');
  });

  it('that is removed leaves the old set in use for staleIfErrorSeconds', async () => {
    const file = await createFile(keySetOf(key.jwk));
    const { clock, decide, reported } = createSubject({ file }, { staleIfErrorSeconds: 60 });
    expect(await decide(key.token())).toBe('accepted');
    await rm(file);
    await clock.advance(5000);
    await reported('keys_unavailable', 1);
    await clock.advance(59_999);
    expect(await decide(key.token())).toBe('accepted');
    await clock.advance(1);
    expect(await decide(key.token())).toBe('unavailable/jwks');
  });

  it('that is not there yet costs unavailable, and works once it is', async () => {
    const file = await createFile();
    const { authenticator, decide, clock, events, reported } = createSubject({ file });
    expect(await decide(key.token())).toBe('unavailable/jwks');
    await expect(authenticator.ready()).rejects.toMatchObject({ code: 'unavailable' });
    expect(events).toMatchObject([{ error: { problem: 'connection' } }]);
    expect(String(events[0]?.error)).toContain('ENOENT');
    await writeFile(file, keySetOf(key.jwk));
    await clock.advance(2400);
    await reported('keys_recovered', 1);
    expect(await decide(key.token())).toBe('accepted');
  });

  it('that is a folder is none', async () => {
    const file = await createFile();
    await mkdir(file);
    const { decide } = createSubject({ file });
    expect(await decide(key.token())).toBe('unavailable/jwks');
  });

  it('holds public keys alone', async () => {
    const file = await createFile(keySetOf({ kty: 'oct', kid: 'key', k: 'A'.repeat(64) }));
    const { decide, events } = createSubject({ file });
    expect(await decide(key.token())).toBe('invalid_token/unknown_key');
    expect(events.find(({ type }) => type === 'keys_discarded')).toBeDefined();
  });

  it('is no longer read after close()', async () => {
    const { authenticator, clock, decide } = await createWarm();
    await authenticator.close();
    expect(clock.waiting).toBe(0);
    expect(await decide(key.token())).toBe('unavailable/jwks');
  });
});
