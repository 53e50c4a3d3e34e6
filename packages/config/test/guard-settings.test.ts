import { AuthError, bearerFromMetadata, ConfigError, type TransportCall } from '@grpc-authn/core';
import { describe, expect, it, vi } from 'vitest';
import { createFolder } from './support/config-folder.ts';
import { load, messageOf } from './support/loaded.ts';

type Options = NonNullable<Parameters<typeof load>[1]>;

const TABLE = 'authenticator: { use: table, tokens: { t: alice, u: bob } }\n';

async function loadText(more: string, options?: Options) {
  const folder = await createFolder(TABLE + more);
  const loaded = await load({ file: folder.file }, options);
  /** What the guard finds in these headers: a token, a reason, or undefined. */
  const find = (headers: Readonly<Record<string, string>>): string | undefined => {
    const found = loaded.auth.guard.credentialsFrom((name) => headers[name]);
    return AuthError.is(found) ? found.reason : found?.token;
  };
  return { ...loaded, folder, find };
}

const callOf = (connection: number): TransportCall => ({
  method: '/a.B/C',
  streaming: false,
  credentials: { scheme: 'bearer', token: 't' },
  peer: { address: `127.0.0.${connection}:1`, connection: {} },
  end: () => undefined,
});

/** How many of ten calls are refused while the others wait, of one peer or of ten. */
async function overloadedOf(more: string, peers: 1 | 10, options?: Options): Promise<number> {
  const { auth, table } = await loadText(more, options);
  const release = table.hold();
  const outcomes = Array.from({ length: 10 }, (_, index) =>
    Promise.resolve(auth.guard.begin(callOf(peers === 1 ? 1 : index))),
  );
  release();
  const ended = await Promise.all(outcomes);
  return ended.filter(({ refusal }) => refusal?.reason === 'overloaded').length;
}

describe('`credentials` in a file', () => {
  it('has the defaults of code without it', async () => {
    for (const more of ['', 'credentials: {}\n']) {
      const { find } = await loadText(more);
      expect(find({ authorization: 'Bearer t', 'x-token': 'u' })).toBe('t');
      expect(find({ authorization: 't' })).toBe('other_scheme');
      expect(find({ authorization: `Bearer ${'t'.repeat(16_384)}` })).toHaveLength(16_384);
      expect(find({ authorization: `Bearer ${'t'.repeat(16_385)}` })).toBe('too_large');
    }
  });

  it('names another header, which may carry the token alone', async () => {
    const { find } = await loadText('credentials: { header: x-token }\n');
    expect(find({ authorization: 'Bearer t' })).toBeUndefined();
    expect(find({ 'x-token': 'Bearer t' })).toBe('t');
    expect(find({ 'x-token': 't' })).toBe('t');
  });

  it('sets `bare` and `maxTokenBytes`', async () => {
    const strict = await loadText('credentials: { header: x-token, bare: false }\n');
    expect(strict.find({ 'x-token': 't' })).toBe('other_scheme');
    const bare = await loadText('credentials: { bare: true, maxTokenBytes: 3 }\n');
    expect(bare.find({ authorization: 'abc' })).toBe('abc');
    expect(bare.find({ authorization: 'Bearer abcd' })).toBe('too_large');
  });

  it('takes the header from the environment', async () => {
    process.env['AUTH_TEST_HEADER'] = 'x-from-env';
    const { find } = await loadText("credentials: { header: '${AUTH_TEST_HEADER}' }\n");
    expect(find({ 'x-from-env': 't' })).toBe('t');
  });

  it.each([
    ['header: 7', 'header: expected a string, received a number'],
    ["header: ''", 'header: expected a lower-case metadata key of text, received a string of 0'],
    ['header: X-Token', 'header: expected a lower-case metadata key of text, received a string'],
    ['header: token-bin', 'header: expected a lower-case metadata key of text, received a string'],
    ['header: grpc-token', 'header: expected a lower-case metadata key of text, received a string'],
    ['maxTokenBytes: 0', 'maxTokenBytes: expected a number of at least 1, received a number'],
    ['maxTokenBytes: 65537', 'maxTokenBytes: expected a number of at most 65536, received a'],
    ['maxTokenBytes: 1.5', 'maxTokenBytes: expected an integer, received a number'],
    ["maxTokenBytes: '9'", 'maxTokenBytes: expected a number, received a string of 1 characters'],
    ['bare: yes', 'bare: expected true or false, received a string of 3 characters'],
    ['haeder: x-token', 'haeder: unknown key; did you mean "header"?'],
  ])('is refused: %s', async (member, expected) => {
    const message = await messageOf(loadText(`credentials:\n  ${member}\n`));
    expect(message).toContain(`- line 3, credentials.${expected}`);
  });

  it.each([
    ['credentials: x-token', 'credentials: expected an object, received a string of 7 characters'],
    ['limits: 5', 'limits: expected an object, received a number'],
  ])('is an object: %s', async (text, expected) => {
    expect(await messageOf(loadText(`${text}\n`))).toContain(`- line 2, ${expected}`);
  });
});

describe('`limits` in a file', () => {
  it('bounds the calls that wait', async () => {
    expect(await overloadedOf('', 10)).toBe(0);
    expect(await overloadedOf('limits: { maxWaiting: 4 }\n', 10)).toBe(6);
    expect(await overloadedOf('limits: { maxWaiting: 8, maxWaitingPerPeer: 8 }\n', 1)).toBe(2);
  });

  it('is merged with the limits of code', async () => {
    const options: Options = { limits: { peerOf: () => 'one', maxWaitingPerPeer: 6 } };
    expect(await overloadedOf('limits: { maxWaiting: 6 }\n', 10, options)).toBe(4);
    expect(await overloadedOf('', 10, { limits: { maxWaiting: 3 } })).toBe(7);
  });

  it.each([
    ['maxWaiting: 0', 'maxWaiting: expected a number of at least 1, received a number'],
    ['maxWaiting: 1000001', 'maxWaiting: expected a number of at most 1000000, received a number'],
    ['maxWaiting: 1.5', 'maxWaiting: expected an integer, received a number'],
    ['maxWaiting: many', 'maxWaiting: expected a number, received a string of 4 characters'],
    ['maxWaitingPerPeer: 0', 'maxWaitingPerPeer: expected a number of at least 1, received a'],
    ['maxWaitingPerPeer: 1000001', 'maxWaitingPerPeer: expected a number of at most 1000000, re'],
    ['maxWaitingPerPeer: 2.5', 'maxWaitingPerPeer: expected an integer, received a number'],
    ['maxWaitingPerPeer: []', 'maxWaitingPerPeer: expected a number, received a list of 0'],
    ['peerOf: x', 'peerOf: unknown key; the keys are maxWaiting, maxWaitingPerPeer'],
    ['maxWaitng: 5', 'maxWaitng: unknown key; did you mean "maxWaiting"?'],
  ])('is refused: %s', async (member, expected) => {
    const message = await messageOf(loadText(`limits:\n  ${member}\n`));
    expect(message).toContain(`- line 3, limits.${expected}`);
  });
});

describe('`timeoutMs` in a file', () => {
  it('bounds how long a decision takes, as in code', async () => {
    for (const [more, options] of [
      ['timeoutMs: 40\n', {}],
      ['', { timeoutMs: 40 }],
    ] as const) {
      const { auth, table, clock } = await loadText(more, options);
      table.hold();
      const outcome = Promise.resolve(auth.guard.begin(callOf(1)));
      await clock.advance(39);
      expect(await Promise.race([outcome, Promise.resolve('waiting')])).toBe('waiting');
      await clock.advance(1);
      expect((await outcome).refusal?.reason).toBe('timeout');
    }
  });

  it.each([
    ['the file', 'timeoutMs: 40\n', {}],
    ['code', '', { timeoutMs: 40 }],
  ])('bounds an explanation, too: in %s', async (_, more, options) => {
    const { auth, table, clock } = await loadText(more, options);
    table.hold();
    const explained = auth.explain({ scheme: 'bearer', token: 't' });
    await vi.waitFor(() => expect(table.made[0]?.asked).toEqual(['t']));
    await clock.advance(39);
    expect(await Promise.race([explained, Promise.resolve('waiting')])).toBe('waiting');
    await clock.advance(1);
    expect((await explained).error?.reason).toBe('timeout');
  });

  it.each([
    ['0', 'expected a number of at least 1, received a number'],
    ['600001', 'expected a number of at most 600000, received a number'],
    ['10s', 'expected a number, received a string of 3 characters'],
  ])('is refused: %s', async (value, expected) => {
    const message = await messageOf(loadText(`timeoutMs: ${value}\n`));
    expect(message).toContain(`- line 2, timeoutMs: ${expected}`);
  });

  it('and a wrong one in code is a ConfigError', async () => {
    await expect(loadText('', { timeoutMs: 0 })).rejects.toThrow(ConfigError);
  });
});

describe('an option that the file and the code set', () => {
  it.each<readonly [string, Options, string]>([
    ['credentials: {}\n', { credentials: bearerFromMetadata() }, 'credentials'],
    ['limits: { maxWaiting: 9 }\n', { limits: { maxWaiting: 9 } }, 'limits.maxWaiting'],
    ['timeoutMs: 5000\n', { timeoutMs: 5000 }, 'timeoutMs'],
    [
      'limits: { maxWaitingPerPeer: 9 }\n',
      { limits: { maxWaitingPerPeer: 9 } },
      'limits.maxWaitingPerPeer',
    ],
  ])('is a problem: %s', async (more, options, path) => {
    const expected = `- line 2, ${path}: expected it here or in the options of loadAuth(), received both`;
    expect(await messageOf(loadText(more, options))).toBe(`grpc-authn.yaml:\n${expected}`);
  });

  it('and a wrong limit in code is a ConfigError', async () => {
    for (const limits of [null, 5, { maxWaiting: 0 }, { maxWaitng: 1 }] as never[]) {
      await expect(loadText('', { limits })).rejects.toThrow(ConfigError);
    }
  });
});

describe('a reload does not change `credentials`, `limits` and `timeoutMs`', () => {
  const until = 'restart the server to change it';
  it.each([
    [
      '',
      'credentials: { header: x-token, bare: false }\n',
      'credentials.header: expected "authorization", as in the running config, received "x-token"',
    ],
    [
      'credentials: { header: x-token, bare: false }\n',
      '',
      'credentials.header: expected "x-token", as in the running config, received "authorization"',
    ],
    [
      '',
      'credentials: { bare: true }\n',
      'credentials.bare: expected false, as in the running config, received true',
    ],
    [
      '',
      'credentials: { maxTokenBytes: 65536 }\n',
      'credentials.maxTokenBytes: expected 16384, as in the running config, received 65536',
    ],
    [
      '',
      'limits: { maxWaiting: 100000 }\n',
      'limits.maxWaiting: expected 16384, as in the running config, received 100000',
    ],
    [
      'limits: { maxWaitingPerPeer: 100 }\n',
      'limits: { maxWaitingPerPeer: 10 }\n',
      'limits.maxWaitingPerPeer: expected 100, as in the running config, received 10',
    ],
    [
      '',
      'timeoutMs: 600000\n',
      'timeoutMs: expected 10000, as in the running config, received 600000',
    ],
  ])('from %j to %j', async (before, after, expected) => {
    const { auth, folder, find, events, table } = await loadText(before);
    const found = find({ authorization: 'Bearer t', 'x-token': 'Bearer u' });
    await folder.write(TABLE + after);
    for (const allowWeaker of [false, true]) {
      const message = await messageOf(auth.reload({ allowWeaker }));
      expect(message).toContain(`${expected}; ${until}`);
      expect(message.split('\n')).toHaveLength(2);
    }
    expect(find({ authorization: 'Bearer t', 'x-token': 'Bearer u' })).toBe(found);
    expect(events.map(({ type }) => type)).toEqual(['config_rejected', 'config_rejected']);
    expect(table.made.map((made) => made.closed())).toEqual([0, 1, 1]);
  });

  it('and accepts the defaults, written or not', async () => {
    const { auth, folder, ask } = await loadText('');
    await folder.write(
      `${TABLE.replace('alice', 'carol')}credentials: { header: authorization, maxTokenBytes: 16384, bare: false }
limits: { maxWaiting: 16384, maxWaitingPerPeer: 8192 }
timeoutMs: 10000
`,
    );
    await auth.reload();
    expect(await ask('t')).toBe('carol');
  });

  it('compares the limits together with those of code', async () => {
    const { auth, folder } = await loadText('', { limits: { maxWaiting: 100 } });
    await folder.write(`${TABLE}limits: { maxWaitingPerPeer: 8192 }\n`);
    expect(await messageOf(auth.reload())).toContain('expected 50, as in the running config');
  });

  it('shows an interpolated header as its placeholder', async () => {
    process.env['AUTH_TEST_HEADER'] = 'x-from-env';
    const { auth, folder } = await loadText('');
    await folder.write(`${TABLE}credentials: { header: '\${AUTH_TEST_HEADER}', bare: false }\n`);
    const message = await messageOf(auth.reload());
    expect(message).toContain('received ${AUTH_TEST_HEADER}; restart');
    expect(message).not.toContain('x-from-env');
  });
});
