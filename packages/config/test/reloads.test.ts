import { AuthError, ConfigError, createPrincipal } from '@grpc-authn/core';
import { describe, expect, it } from 'vitest';
import { createFolder } from './support/config-folder.ts';
import { askOf, load, messageOf } from './support/loaded.ts';

const tableOf = (subject: string, more = ''): string =>
  `authenticator: { use: table, tokens: { t: ${subject} } }\n${more}`;
const policyOf = (rule: string): string => `policy: { rules: { a.B/C: ${rule} } }\n`;

async function loadFile(text: string) {
  const folder = await createFolder(text);
  const loaded = await load({ file: folder.file });
  const types = (): readonly string[] => loaded.events.map(({ type }) => type);
  return { ...loaded, folder, types };
}

describe('reload()', () => {
  it('replaces authenticator, policy and interceptor', async () => {
    const { auth, ask, folder, types } = await loadFile(
      tableOf('alice', policyOf('authenticated')),
    );
    const { authenticator, interceptor, policy } = auth;
    expect(await ask('t')).toBe('alice');
    await folder.write(tableOf('bob', policyOf('deny')));
    await auth.reload();
    expect(await ask('t')).toBe('bob');
    expect(policy.ruleFor('/a.B/C').description).toBe('denied');
    expect([auth.authenticator, auth.interceptor, auth.policy]).toEqual([
      authenticator,
      interceptor,
      policy,
    ]);
    expect(types()).toEqual(['config_reloaded']);
  });

  it('closes the replaced generation only', async () => {
    const { auth, folder, table } = await loadFile(tableOf('alice'));
    await folder.write(tableOf('bob'));
    await auth.reload();
    await expect.poll(() => table.made.map((made) => made.closed())).toEqual([1, 0]);
  });

  it('closes the replaced generation after its pending authentications', async () => {
    const { auth, ask, folder, table } = await loadFile(tableOf('alice'));
    const release = table.hold();
    const asked = ask('t');
    await folder.write(tableOf('bob'));
    await auth.reload({ requireReady: false });
    const after = ask('t');
    expect(table.made[0]?.closed()).toBe(0);
    release();
    expect(await asked).toBe('alice');
    expect(await after).toBe('bob');
    await expect.poll(() => table.made[0]?.closed()).toBe(1);
  });

  it.each([
    ['a wrong file', 'authenticator: { use: tabel }\n'],
    ['an empty file', ''],
    ['a wrong policy', tableOf('bob', policyOf('pubic'))],
  ])('keeps the running config and reports: %s', async (_, text) => {
    const { auth, ask, folder, types, table } = await loadFile(tableOf('alice'));
    await folder.write(text);
    await expect(auth.reload()).rejects.toThrow(ConfigError);
    expect(await ask('t')).toBe('alice');
    expect(types()).toEqual(['config_rejected']);
    expect(table.made[0]?.closed()).toBe(0);
    for (const made of table.made.slice(1)) expect(made.closed()).toBe(1);
  });

  it('keeps the running config while a provider is down, unless requireReady is false', async () => {
    const { auth, ask, folder, table } = await loadFile(tableOf('alice'));
    await folder.write(tableOf('bob'));
    table.down = true;
    expect(await messageOf(auth.reload())).toContain('a provider cannot be reached');
    expect(await ask('t')).toBe('alice');
    expect(table.made[1]?.closed()).toBe(1);
    await auth.reload({ requireReady: false });
    expect(await ask('t')).toBe('bob');
  });

  it.each([
    [tableOf('bob'), 'authenticator.issuer', 1],
    [
      'authenticators:\n  main: { use: table, tokens: {} }\nauthenticator: main\n',
      'authenticators.main.issuer',
      2,
    ],
  ])(
    'rejects a config that its provider shows to be wrong, at its option: %s',
    async (text, path, line) => {
      const { auth, ask, folder, table } = await loadFile(tableOf('alice'));
      await folder.write(text);
      table.down = new ConfigError([{ path: 'issuer', message: 'expected "a", received "b"' }]);
      const error = await auth.reload().catch((thrown: unknown) => thrown);
      const problem = { path, message: 'expected "a", received "b"', line };
      expect(error).toMatchObject({ name: 'ConfigError', problems: [problem] });
      expect(String(error)).not.toContain('requireReady');
      expect(await ask('t')).toBe('alice');
      expect(table.made[1]?.closed()).toBe(1);
    },
  );

  it('waits at most half a minute for a provider', async () => {
    const { auth, clock, folder, table } = await loadFile(tableOf('alice'));
    await folder.write(tableOf('bob'));
    const release = table.hold();
    const reloaded = messageOf(auth.reload());
    await expect.poll(() => table.made.length).toBe(2);
    await clock.advance(30_000);
    expect(await reloaded).toContain('a provider cannot be reached');
    release();
  });

  it('weakens a rule with allowWeaker only, and reports which', async () => {
    const { auth, events, folder } = await loadFile(tableOf('alice', policyOf('{ scopes: [a] }')));
    await folder.write(tableOf('alice', policyOf('authenticated')));
    await expect(auth.reload()).rejects.toThrow(ConfigError);
    await auth.reload({ allowWeaker: true });
    expect(events).toMatchObject([
      {
        type: 'config_rejected',
        error: { problems: [{ path: 'policy.rules["a.B/C"]', line: 2 }] },
      },
      { type: 'config_reloaded', detail: { weakened: ['a.B/C'], weakenedAuthenticators: [] } },
    ]);
  });

  it('takes only true for allowWeaker', async () => {
    const { auth, folder } = await loadFile(tableOf('alice', policyOf('{ scopes: [a] }')));
    await folder.write(tableOf('alice', policyOf('authenticated')));
    for (const allowWeaker of [1, 'false', {}, null] as unknown[] as boolean[]) {
      await expect(auth.reload({ allowWeaker })).rejects.toThrow(ConfigError);
    }
  });

  it('runs one after the other, and the last that was asked for stays', async () => {
    const { auth, ask, folder } = await loadFile(tableOf('alice'));
    await folder.write(tableOf('bob'));
    const reloads = [auth.reload(), auth.reload(), auth.reload()];
    await Promise.all(reloads);
    expect(await ask('t')).toBe('bob');
  });

  it('of an object reads the environment again', async () => {
    process.env['GRPC_AUTHN_TEST_TABLE'] = 'https://a.example';
    const config = {
      authenticator: { use: 'table', tokens: {}, issuer: '${GRPC_AUTHN_TEST_TABLE}' },
    };
    const { auth } = await load({ config });
    process.env['GRPC_AUTHN_TEST_TABLE'] = 'https://b.example';
    await auth.reload();
    expect(auth.authenticator.issuers).toEqual(['https://b.example']);
    delete process.env['GRPC_AUTHN_TEST_TABLE'];
  });

  it('is refused once it is closed', async () => {
    const { auth, table } = await loadFile(tableOf('alice'));
    await auth.close();
    await auth.close();
    await expect(auth.reload()).rejects.toThrow('it was closed');
    expect(table.made.map((made) => made.closed())).toEqual([1]);
  });

  it('that is followed by close() leaves nothing open, whatever is pending', async () => {
    const { auth, ask, folder, table } = await loadFile(tableOf('alice'));
    const release = table.hold();
    const asked = ask('t');
    await folder.write(tableOf('bob'));
    await auth.reload({ requireReady: false });
    await auth.close();
    expect(table.made.map((made) => made.closed())).toEqual([1, 1]);
    release();
    await asked;
    expect(table.made.map((made) => made.closed())).toEqual([1, 1]);
  });
});

describe('the guard', () => {
  const call = (token: string) => ({
    method: '/a.B/C',
    streaming: false,
    credentials: { scheme: 'bearer', token },
    end: () => undefined,
  });

  it('decides as the running config says, before and after a reload', async () => {
    const { auth, folder } = await loadFile(tableOf('alice', policyOf('authenticated')));
    const { guard } = auth;
    expect(await guard.begin(call('t'))).toMatchObject({
      allowed: true,
      principal: { subject: 'alice' },
    });
    await folder.write(tableOf('bob', policyOf('deny')));
    await auth.reload();
    expect(await guard.begin(call('t'))).toMatchObject({
      allowed: false,
      refusal: { code: 'permission_denied' },
    });
  });

  it('takes every option of the interceptor but authenticator and policy', async () => {
    const config = { authenticator: { use: 'table', tokens: {} } };
    await load({ config }, { timeoutMs: 5, propagation: 'metadata', forwardToken: 'never' });
    for (const option of ['authenticator', 'policy']) {
      const loading = load({ config }, { [option]: undefined });
      expect(await messageOf(loading)).toContain(`there is no option "${option}"`);
    }
  });
});

describe('what stays valid across reloads', () => {
  it('passes on the events of the running authenticators only', async () => {
    const { auth, folder, table } = await loadFile(tableOf('alice'));
    const heard: string[] = [];
    auth.authenticator.subscribe(({ type }) => heard.push(type));
    table.made[0]?.emit({ type: 'keys_changed' });
    expect(heard).toEqual(['keys_changed']);
    await folder.write(tableOf('bob'));
    await auth.reload();
    await expect.poll(() => table.made[0]?.closed()).toBe(1);
    heard.length = 0;
    table.made[0]?.emit({ type: 'keys_changed' });
    expect(heard).toEqual([]);
    table.made[1]?.emit({ type: 'keys_changed' });
    expect(heard).toEqual(['keys_changed']);
  });

  it('revokes only the callers whose issuer is gone', async () => {
    const { auth, folder } = await loadFile(
      'authenticator: { use: table, issuer: "https://a.example", tokens: {} }\n',
    );
    const matchers: ((issuer: string, authenticator?: string) => boolean)[] = [];
    auth.authenticator.subscribe((event) => {
      if (event.type !== 'revoked') return;
      matchers.push((issuer, authenticator = 'table') =>
        event.matches(createPrincipal({ authenticator, issuer })),
      );
    });
    await folder.write('authenticator: { use: table, issuer: "https://b.example", tokens: {} }\n');
    await auth.reload();
    expect(matchers[0]?.('https://a.example')).toBe(true);
    expect(matchers[0]?.('https://b.example')).toBe(false);
    // One that names no issuer answers for its own name.
    await folder.write('authenticator: { use: table, tokens: {} }\n');
    await auth.reload({ allowWeaker: true });
    expect(matchers.at(-1)?.('https://b.example')).toBe(false);
    expect(matchers.at(-1)?.('https://b.example', 'other')).toBe(true);
  });

  it('revokes them at once, and again those accepted by pending authentications', async () => {
    const { auth, ask, folder, table } = await loadFile(
      'authenticator: { use: table, issuer: "https://a.example", tokens: { t: alice } }\n',
    );
    let revocations = 0;
    auth.authenticator.subscribe(({ type }) => {
      if (type === 'revoked') revocations += 1;
    });
    const release = table.hold();
    const asked = ask('t');
    await folder.write('authenticator: { use: table, issuer: "https://b.example", tokens: {} }\n');
    await auth.reload({ requireReady: false });
    expect(revocations).toBe(1);
    release();
    await asked;
    await expect.poll(() => revocations).toBe(2);
  });

  it('is ready where all of its authenticators are', async () => {
    const { auth, table } = await loadFile(tableOf('alice'));
    table.down = true;
    await expect(auth.authenticator.ready()).rejects.toSatisfy((error) => AuthError.is(error));
    table.down = false;
    await auth.authenticator.ready();
  });

  it('asks the running generation', async () => {
    const { auth, folder } = await loadFile(tableOf('alice'));
    expect(await askOf(auth, 't')).toBe('alice');
    await folder.write(tableOf('bob'));
    await auth.reload();
    expect(await askOf(auth, 't')).toBe('bob');
  });
});
