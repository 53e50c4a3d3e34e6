import { execFileSync } from 'node:child_process';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { weakenedMethods } from '@grpc-authn/core/internal';
import { definePolicy, type Policy, type Rule } from '@grpc-authn/core';
import { describe, expect, it } from 'vitest';
import type { AuthenticatorAdapter } from '../src/adapter/define-adapter.ts';
import { type ConfigFolder, createFolder } from './support/config-folder.ts';
import { load } from './support/loaded.ts';
import { createTableAdapter } from './support/table-adapter.ts';

const LOOK_MS = 1000;
const TABLE = 'authenticator: { use: table, tokens: { t: alice } }\n';

/** A composition with one table per file, which is its secret. */
function withSecrets(...files: readonly string[]): string {
  const tables = files.map(
    (file, index) =>
      `{ use: table, name: t${index}, issuer: 'https://${index}.example', tokens: {}, secret: '\${file:${file}}' }`,
  );
  return `authenticator: { use: anyOf, of: [${tables.join(', ')}] }\n`;
}

async function watch(text: string) {
  return watchFolder(await createFolder(text));
}

async function watchFolder(folder: ConfigFolder) {
  const loaded = await load({ file: folder.file });
  const reloads: (string | undefined)[] = [];
  loaded.auth.watch({ onReload: (error) => reloads.push(error?.message) });
  /** Looks so many times, and waits for each look. */
  const look = async (times = 1): Promise<void> => {
    for (let time = 0; time < times; time += 1) {
      await loaded.clock.advance(LOOK_MS);
      await loaded.clock.looked();
    }
  };
  const types = (): readonly string[] => loaded.events.map(({ type }) => type);
  return { ...loaded, folder, reloads, look, types };
}

describe('a watched file', () => {
  it('is loaded after two equal reads, one second apart', async () => {
    const { ask, clock, folder, reloads, look } = await watch(TABLE);
    await look(2);
    await folder.write(TABLE.replace('alice', 'bob'));
    await look();
    expect(reloads).toEqual([]);
    await clock.advance(LOOK_MS - 1);
    await clock.looked();
    expect(reloads).toEqual([]);
    await clock.advance(1);
    await clock.looked();
    expect(reloads).toEqual([undefined]);
    expect(await ask('t')).toBe('bob');
    await look(5);
    expect(reloads).toHaveLength(1);
  });

  it('is not loaded while it changes from look to look', async () => {
    const { folder, reloads, look } = await watch(TABLE);
    for (const subject of ['b', 'c', 'd', 'e']) {
      await folder.write(TABLE.replace('alice', subject));
      await look();
    }
    expect(reloads).toEqual([]);
    await look();
    expect(reloads).toEqual([undefined]);
  });

  it('may be replaced by renaming, and may be missing for a while', async () => {
    const { ask, folder, reloads, look } = await watch(TABLE);
    await rm(folder.file);
    await look(3);
    expect(reloads).toEqual(['grpc-authn.yaml:\n- the file cannot be read (ENOENT)']);
    const other = await folder.write(TABLE.replace('alice', 'bob'), 'new.yaml');
    await rename(other, join(folder.path, 'grpc-authn.yaml'));
    await look(2);
    expect(reloads.slice(1)).toEqual([undefined]);
    expect(await ask('t')).toBe('bob');
  });

  it.skipIf(process.platform === 'win32')(
    'may become a named pipe for a while, which does not block the watch',
    async () => {
      const { ask, folder, reloads, look } = await watch(TABLE);
      await rm(folder.file);
      execFileSync('mkfifo', [folder.file]);
      await look(3);
      expect(reloads).toEqual(['grpc-authn.yaml:\n- the file is not a regular file']);
      await rm(folder.file);
      await folder.write(TABLE.replace('alice', 'bob'));
      await look(2);
      expect(await ask('t')).toBe('bob');
    },
  );

  it('that is wrong is reported once, and the running config stays', async () => {
    const { ask, folder, reloads, look } = await watch(TABLE);
    await folder.write('authenticator: { use: tabel }\n');
    await look(6);
    expect(reloads).toHaveLength(1);
    expect(reloads[0]).toContain('did you mean "table"?');
    expect(await ask('t')).toBe('alice');
  });

  it('is loaded when a file that it names has changed', async () => {
    const folder = await createFolder(
      "authenticator: { use: table, tokens: {}, secret: '${file:secret}' }\n",
    );
    await folder.write('first-secret', 'secret');
    const { auth, clock, table } = await load({ file: folder.file });
    const reloads: unknown[] = [];
    auth.watch({ onReload: (error) => reloads.push(error) });
    await folder.write('second-secret', 'secret');
    for (let look = 0; look < 3; look += 1) {
      await clock.advance(LOOK_MS);
      await clock.looked();
    }
    expect(reloads).toEqual([undefined]);
    expect(table.made.map(({ secret }) => secret)).toEqual(['first-secret', 'second-secret']);
  });

  it('is loaded when it names a file that the running one does not name', async () => {
    const { folder, reloads, look, table, types } = await watch(TABLE);
    await folder.write('the-only-secret', 'secret');
    await folder.write(withSecrets('secret'));
    await look(4);
    expect(reloads).toEqual([undefined]);
    expect(types()).toEqual(['config_reloaded']);
    expect(table.made.map(({ secret }) => secret)).toEqual([undefined, 'the-only-secret']);
  });

  it('is not loaded while a file that it newly names changes from look to look', async () => {
    const { folder, reloads, look, table } = await watch(TABLE);
    await folder.write('secret-0', 'secret');
    await folder.write(withSecrets('secret'));
    for (let time = 1; time < 8; time += 1) {
      await folder.write(`secret-${time}`, 'secret');
      await look();
    }
    expect(reloads).toEqual([]);
    await look(4);
    expect(reloads).toEqual([undefined]);
    expect(table.made.at(-1)?.secret).toBe('secret-7');
  });

  it('that names a missing file is reported once, and loaded when the file exists', async () => {
    const { folder, reloads, look, table } = await watch(TABLE);
    await folder.write(withSecrets('secret'));
    await look(8);
    expect(reloads).toHaveLength(1);
    expect(reloads[0]).toContain('the file "secret" cannot be read (ENOENT)');
    await folder.write('a-late-secret', 'secret');
    await look(4);
    expect(reloads.slice(1)).toEqual([undefined]);
    expect(table.made.at(-1)?.secret).toBe('a-late-secret');
  });

  it('may name one file twice, and is not loaded again until it changes', async () => {
    const folder = await createFolder(withSecrets('secret', 'secret'));
    await folder.write('first-secret', 'secret');
    const { reloads, look, table } = await watchFolder(folder);
    await look(4);
    expect(reloads).toEqual([]);
    await folder.write('second-secret', 'secret');
    await look(4);
    expect(reloads).toEqual([undefined]);
    expect(table.made).toHaveLength(4);
    expect(table.made.at(-1)?.secret).toBe('second-secret');
  });

  it('is tried again while a provider is down, with longer and longer delays', async () => {
    const { ask, folder, table, reloads, look } = await watch(TABLE);
    table.down = true;
    await folder.write(TABLE.replace('alice', 'bob'));
    await look(2);
    expect(reloads).toHaveLength(1);
    await look(4);
    expect(reloads).toHaveLength(1);
    await look(2);
    expect(reloads).toHaveLength(2);
    await look(8);
    expect(reloads).toHaveLength(2);
    table.down = false;
    await look(4);
    expect(reloads.at(-1)).toBeUndefined();
    expect(await ask('t')).toBe('bob');
  });

  const failure = new Error('a bug of the listener');
  it.each<readonly [string, () => unknown]>([
    [
      'throws',
      () => {
        throw failure;
      },
    ],
    ['rejects', () => Promise.reject(failure)],
    [
      'returns a promise-like value that throws',
      () => ({
        then() {
          throw failure;
        },
      }),
    ],
  ])('is still watched when onReload and report fail: it %s', async (_, fail) => {
    const folder = await createFolder(TABLE);
    const { auth, ask, clock } = await load({ file: folder.file }, { report: fail });
    let calls = 0;
    auth.watch({
      onReload: () => {
        calls += 1;
        return fail() as void;
      },
    });
    const look = async (times: number): Promise<void> => {
      for (let time = 0; time < times; time += 1) {
        await clock.advance(LOOK_MS);
        await clock.looked();
      }
    };
    await folder.write('nothing: []\n');
    await look(3);
    await folder.write(TABLE.replace('alice', 'bob'));
    await look(3);
    expect(calls).toBe(2);
    expect(await ask('t')).toBe('bob');
  });

  it('is still watched when an adapter passes on to a report that fails', async () => {
    const reporting = createTableAdapter('reporting');
    const adapter: AuthenticatorAdapter = {
      ...reporting.adapter,
      create(options, context) {
        context.report({ type: 'keys_unavailable', authenticator: context.name });
        return reporting.adapter.create(options, context);
      },
    };
    const config = { authenticator: { use: 'reporting', tokens: { t: 'alice' } } };
    const report = () => {
      throw failure;
    };
    const { ask } = await load({ config }, { adapters: [adapter], report });
    expect(await ask('t')).toBe('alice');
  });

  it('is not watched after close()', async () => {
    const { auth, folder, reloads, look, table } = await watch(TABLE);
    await auth.close();
    await folder.write(TABLE.replace('alice', 'bob'));
    await look(4);
    expect(reloads).toEqual([]);
    expect(table.made).toHaveLength(1);
  });

  it('is not an object', async () => {
    const { auth } = await load({ config: { authenticator: { use: 'table', tokens: {} } } });
    expect(() => auth.watch()).toThrow('an object cannot be watched');
  });
});

describe('a change that would weaken a rule', () => {
  const withRule = (rule: string): string => `${TABLE}policy: { rules: { a.B/C: ${rule} } }\n`;

  it('is rejected by the watch and by reload(), which loads it with allowWeaker', async () => {
    const { auth, folder, reloads, look } = await watch(withRule('{ scopes: [a] }'));
    await folder.write(withRule('authenticated'));
    await look(4);
    expect(reloads).toHaveLength(1);
    expect(reloads[0]).toContain(
      'policy.rules["a.B/C"]: the new rule allows callers that the running one refuses',
    );
    await expect(auth.reload()).rejects.toThrow('reload({ allowWeaker: true })');
    expect(auth.policy.ruleFor('/a.B/C').description).toBe('scopes a');
    await auth.reload({ allowWeaker: true });
    expect(auth.policy.ruleFor('/a.B/C').description).toBe('authenticated');
  });

  it('is loaded where it makes a rule stronger', async () => {
    const { auth, folder, reloads, look } = await watch(withRule('authenticated'));
    await folder.write(withRule('{ scopes: [a] }'));
    await look(3);
    expect(reloads).toEqual([undefined]);
    expect(auth.policy.ruleFor('/a.B/C').description).toBe('scopes a');
  });

  it('may also be a file that lost its end and is still valid', async () => {
    const { auth, folder, reloads, look } = await watch(
      `${TABLE}policy:\n  rules:\n    a.B/C: deny\n    a.B/*: authenticated\n    a.B/D: { scopes: [a] }\n`,
    );
    await folder.write(`${TABLE}policy:\n  rules:\n    a.B/C: deny\n    a.B/*: authenticated\n`);
    await look(3);
    expect(reloads[0]).toContain('the running config with its end cut off');
    expect(auth.policy.ruleFor('/a.B/D').description).toBe('scopes a');
  });
});

describe('a file that is cut at any of its bytes, and stays so', () => {
  const OLD = `policy:
  rules:
    a.B/*: authenticated
    a.B/C: { scopes: [a, b] }
    a.B/D: { scopes: [a], confirmedBy: second }
    a.B/E: deny
authenticators:
  second: { use: table, tokens: {} }
authenticator:
  use: table
  issuer: https://a.example
  tokens: { t: alice }
`;
  // Another text, so that its beginning is not that of the running config.
  const NEW = `# new\n${OLD.replace('alice', 'bob')}`;

  it.each([
    ['the running config', OLD],
    ['another', NEW],
  ])(
    'weakens no method: %s',
    async (_, text) => {
      const { auth, folder, look, table } = await watch(OLD);
      const snapshot = (): Policy => policyOf(auth.policy);
      const before = snapshot();
      for (let length = 0; length < text.length; length += 1) {
        await folder.write(text.slice(0, length));
        await look(2);
        expect(weakenedMethods(before, snapshot())).toEqual([]);
      }
      await folder.write(text);
      await look(2);
      expect(table.made.length).toBeGreaterThan(1);
    },
    60_000,
  );
});

/** The same rules, as a policy of definePolicy(), which can be compared. */
function policyOf(policy: Policy): Policy {
  const rules: Record<string, Rule> = {};
  for (const method of ['a.B/*', 'a.B/C', 'a.B/D', 'a.B/E']) {
    rules[method] = policy.ruleFor(`/${method}`);
  }
  return definePolicy({ rules });
}
