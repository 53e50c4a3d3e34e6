import { GuardedFetch } from '@grpc-authn/provider';
import { describe, expect, it, vi } from 'vitest';
import {
  METADATA_PATH,
  type ProviderServer,
  send,
} from '../../../introspection/test/support/provider-server.ts';
import { createRefreshTokenSource } from '../../src/node.ts';
import {
  CLIENT_ID,
  createSubjectOf,
  sortedForm,
  startTokenServer,
  type Subject,
  TOKENS,
} from './support/token-server.ts';

type Save = (refreshToken: string) => void | Promise<void>;

/** A promise that the test resolves. */
function createHeld<T>() {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((held) => (resolve = held));
  return { promise, resolve: (value: T) => resolve(value) };
}

interface World extends Subject {
  readonly provider: ProviderServer;
  readonly store: { current: unknown };
  /** The refresh tokens that the provider received, oldest first. */
  readonly sent: () => readonly (string | null)[];
}

/** A provider that rotates: r1 buys t2 and r2, and so on. Each is accepted once. */
async function start({
  save,
  load,
}: { readonly save?: Save; readonly load?: () => unknown } = {}): Promise<World> {
  const provider = await startTokenServer();
  let valid = 1;
  provider.respond(({ form }, response) => {
    if (form.get('refresh_token') !== `r${valid}`) {
      return send(response, { error: 'invalid_grant' }, 400);
    }
    valid += 1;
    const members = { access_token: `t${valid}`, refresh_token: `r${valid}` };
    return send(response, { ...TOKENS, ...members });
  });
  const store: World['store'] = { current: 'r1' };
  const subject = createSubjectOf((renewal) =>
    createRefreshTokenSource({
      issuer: provider.origin,
      clientId: CLIENT_ID,
      store: {
        load: (load ?? (() => store.current)) as () => string,
        save: save ?? ((token) => void (store.current = token)),
      },
      ...renewal,
    }),
  );
  const sent = () => provider.questions.map(({ form }) => form.get('refresh_token'));
  return { provider, store, sent, ...subject };
}

describe('a refresh token', () => {
  it('buys access tokens, and is replaced by the one of each answer', async () => {
    const { token, clock, store, sent, provider } = await start();
    expect(await token()).toBe('t2');
    expect(store.current).toBe('r2');
    await clock.advance(600_000);
    expect(await token()).toBe('t3');
    expect(store.current).toBe('r3');
    expect(sent()).toEqual(['r1', 'r2']);
    expect(sortedForm(provider.questions[0])).toEqual([
      ['client_id', CLIENT_ID],
      ['grant_type', 'refresh_token'],
      ['refresh_token', 'r1'],
    ]);
  });

  it.each([{}, { refresh_token: 'r1' }, { refresh_token: null }, { refresh_token: '' }])(
    'is not saved again where the answer has no new one: %j',
    async (members) => {
      const saved: string[] = [];
      const { token, provider } = await start({ save: (next) => void saved.push(next) });
      provider.say({ ...TOKENS, ...members });
      expect(await token()).toBe('t1');
      expect(saved).toEqual([]);
    },
  );

  it('is saved before the access token is used', async () => {
    const saving = createHeld<void>();
    const { token, provider } = await start({ save: () => saving.promise });
    let used: string | undefined;
    const waiting = token().then((received) => (used = received));
    await expect.poll(() => provider.questions.length).toBe(1);
    for (let turn = 0; turn < 20; turn += 1) await new Promise((done) => setTimeout(done, 1));
    expect(used).toBeUndefined();
    saving.resolve();
    expect(await waiting).toBe('t2');
  });

  it.each<readonly [string, Save]>([
    ['rejects', () => Promise.reject(Object.assign(new Error('canary r2'), { code: 'ENOSPC' }))],
    [
      'throws',
      () => {
        throw Object.assign(new Error('canary r2'), { code: 'ENOSPC' });
      },
    ],
  ])('that is not saved because save %s buys nothing that is used', async (_, fail) => {
    let isFailing = true;
    const world: World = await start({
      save: (next) => (isFailing ? fail(next) : void (world.store.current = next)),
    });
    const { error, token, clock, store, sent } = world;
    const thrown = await error();
    expect(thrown.message).toBe(
      'no access token: store.save: the new refresh token was not saved (ENOSPC), ' +
        'so the new access token is not used',
    );
    expect(thrown.cause).not.toHaveProperty('cause');
    isFailing = false;
    await clock.advance(2000);
    // The next attempt sends what the store has. This provider accepts no refresh token twice.
    expect((await error()).message).toMatch(/answered 400 invalid_grant; the refresh token/);
    expect(sent()).toEqual(['r1', 'r1']);
    // Signed in again, for example.
    store.current = 'r2';
    await clock.advance(3000);
    expect(await token()).toBe('t3');
  });

  it.each<readonly [string, () => unknown, string]>([
    ['rejects', () => Promise.reject(new TypeError('canary')), ', but it failed (TypeError)'],
    ['returns no text', () => 5, ' without line breaks, received a number'],
    ['returns an empty text', () => '', ' without line breaks, received a string of 0 characters'],
    [
      'returns a line break',
      () => 'canary\n',
      ' without line breaks, received a string of 7 characters',
    ],
  ])('that cannot be loaded because load %s is requested again', async (_, load, message) => {
    let isFailing = true;
    const { error, token, clock, provider } = await start({
      load: () => (isFailing ? load() : 'r1'),
    });
    expect((await error()).message).toBe(
      `no access token: store.load: expected a refresh token${message}`,
    );
    expect(provider.questions).toEqual([]);
    isFailing = false;
    await clock.advance(2000);
    expect(await token()).toBe('t2');
  });

  it('is saved even where the rest of the answer cannot be used', async () => {
    const { error, store, provider } = await start();
    provider.say({ ...TOKENS, token_type: 'DPoP', refresh_token: 'r2', id_token: 'no.jwt' });
    expect((await error()).message).toContain('received DPoP');
    expect(store.current).toBe('r2');
  });

  it('is saved by a request that was sent when the source is closed', async () => {
    const { source, token, store, provider } = await start();
    const held = createHeld<void>();
    provider.respond((_, response) => {
      void held.promise.then(() => send(response, { ...TOKENS, refresh_token: 'r2' }));
    });
    const waiting = expect(token()).rejects.toThrow(/the token source is closed/);
    await expect.poll(() => provider.questions.length).toBe(1);
    const closing = source.close();
    await waiting;
    held.resolve();
    await closing;
    expect(store.current).toBe('r2');
    await expect.poll(() => provider.connections()).toBe(0);
  });

  it('is not loaded where the source is closed at once', async () => {
    const loads: string[] = [];
    const { source, token } = await start({ load: () => loads.push('load') });
    const waiting = expect(token()).rejects.toThrow(/the token source is closed/);
    await source.close();
    await waiting;
    expect(loads).toEqual([]);
  });

  it('is not sent where the source is closed while it is loaded', async () => {
    const loading = createHeld<string>();
    let isLoading = false;
    const { source, token, provider } = await start({
      load: () => {
        isLoading = true;
        return loading.promise;
      },
    });
    const waiting = expect(token()).rejects.toThrow(/the token source is closed/);
    await expect.poll(() => isLoading).toBe(true);
    const closing = source.close();
    loading.resolve('r1');
    await Promise.all([waiting, closing]);
    expect(provider.questions).toEqual([]);
  });

  it('leaves no connection open after close()', async () => {
    const { source, token, provider } = await start();
    await token();
    // Idle connections are closed after a while in any case.
    const close = vi.spyOn(GuardedFetch.prototype, 'close');
    await source.close();
    expect(close).toHaveBeenCalledOnce();
    close.mockRestore();
    await expect.poll(() => provider.connections()).toBe(0);
  });

  it('is used by one request at a time, also if save takes longer than a request may', async () => {
    const saving = createHeld<void>();
    const world: World = await start({
      save: async (next) => {
        await saving.promise;
        world.store.current = next;
      },
    });
    const { token, error, clock, provider, sent } = world;
    const first = error();
    await expect.poll(() => provider.questions.length).toBe(1);
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await clock.advance(31_000);
      const thrown = attempt === 0 ? await first : undefined;
      if (thrown !== undefined) expect(thrown.message).toContain('no token in 30 s');
      void error();
    }
    expect(sent()).toEqual(['r1']);
    saving.resolve();
    await expect.poll(() => world.store.current).toBe('r2');
    await clock.advance(120_000);
    expect(await token()).toMatch(/^t[34]$/);
    // Those that had waited too long were not sent.
    expect(sent().length).toBeLessThanOrEqual(3);
  });

  it('is sent once for 1,000 calls at once', async () => {
    const { token, sent } = await start();
    const tokens = await Promise.all(Array.from({ length: 1000 }, () => token()));
    expect(new Set(tokens)).toEqual(new Set(['t2']));
    expect(sent()).toEqual(['r1']);
  });

  it('stays at the issuer: it is not sent to another origin', async () => {
    const other = await startTokenServer();
    const { error, provider } = await start();
    provider.publish(METADATA_PATH, { issuer: provider.origin, token_endpoint: other.endpoint });
    expect((await error()).message).toContain('of another origin');
    expect(other.questions).toEqual([]);
  });
});
