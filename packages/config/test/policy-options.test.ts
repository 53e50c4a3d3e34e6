import { readDescriptorSet } from '@grpc-authn/core/descriptor-set';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { descriptorSetBytes } from '../../core/test/support/descriptor-set.ts';
import { loadService } from '../../core/test/support/loaded-protos.ts';
import { type ConfigFolder, createFolder } from './support/config-folder.ts';
import { load, messageOf } from './support/loaded.ts';

const MAIN = { use: 'table', tokens: {} };
const CHECK = '/grpc.health.v1.Health/Check';

const ruleOf = async (policy: object | undefined, method: string, options = {}) => {
  const config = { authenticator: MAIN, ...(policy === undefined ? {} : { policy }) };
  const { auth } = await load({ config }, options);
  return auth.policy.ruleFor(method).description;
};

describe('health checks', () => {
  it.each<readonly [string, object | undefined, string]>([
    ['by default', { rules: {} }, 'public'],
    ['where the file says so', { healthChecks: 'public', rules: {} }, 'public'],
    ['unless they are denied', { healthChecks: 'deny', rules: {} }, 'denied'],
    ['unless they need a caller', { healthChecks: 'authenticated', rules: {} }, 'authenticated'],
    [
      'unless a rule names them',
      { rules: { 'grpc.health.v1.Health/*': 'authenticated' } },
      'authenticated',
    ],
    [
      'unless a rule names another of their methods',
      { rules: { 'grpc.health.v1.Health/Watch': 'authenticated' } },
      'denied',
    ],
    ['unless there is no policy', undefined, 'authenticated'],
  ])('are public %s', async (_, policy, rule) => {
    expect(await ruleOf(policy, CHECK)).toBe(rule);
  });

  it('are not public by default in reflection', async () => {
    const method = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo';
    expect(await ruleOf({ rules: {} }, method)).toBe('denied');
  });

  it('may be public beside services that lack them', async () => {
    const services = [{ Get: { path: '/a.B/Get' } }];
    expect(await ruleOf({ rules: { 'a.B/*': 'deny' } }, CHECK, { services })).toBe('public');
  });

  it('with another word are refused', async () => {
    const config = { authenticator: MAIN, policy: { healthChecks: 'open', rules: {} } };
    expect(await messageOf(load({ config }))).toContain(
      'policy.healthChecks: expected one of public, authenticated, deny',
    );
  });
});

const SET = descriptorSetBytes([
  { name: 'Orders', byDefault: { scopes: ['orders:read'] }, methods: { List: undefined } },
]);
const LIST = '/orders.v1.Orders/List';
const WITH_SET = `authenticator: { use: table, tokens: {} }
policy:
  descriptorSet: orders.binpb
  rules: {}
`;

async function withSet(bytes: Uint8Array | undefined, text = WITH_SET): Promise<ConfigFolder> {
  const folder = await createFolder(text);
  if (bytes !== undefined) await folder.write(bytes, 'orders.binpb');
  return folder;
}

describe('a descriptor set', () => {
  it('beside the file brings the rules of the .proto', async () => {
    const { file } = await withSet(SET);
    const { auth } = await load({ file });
    expect(auth.policy.ruleFor(LIST).description).toBe('scopes orders:read');
  });

  it('may come from the code', async () => {
    const options = { descriptorSet: readDescriptorSet(SET) };
    expect(await ruleOf({ rules: {} }, LIST, options)).toBe('scopes orders:read');
  });

  it('from the code counts without a policy, too', async () => {
    const options = { descriptorSet: readDescriptorSet(SET) };
    expect(await ruleOf(undefined, LIST, options)).toBe('scopes orders:read');
    expect(await ruleOf(undefined, '/any.Other/Method', options)).toBe('authenticated');
  });

  it('is not both in the file and in the code', async () => {
    const { file } = await withSet(SET);
    const loading = load({ file }, { descriptorSet: readDescriptorSet(SET) });
    expect(await messageOf(loading)).toBe(
      'grpc-authn.yaml:\n- line 3, policy.descriptorSet: expected it here or in loadAuth({ descriptorSet }), received both',
    );
  });

  it.each<readonly [string, Uint8Array | undefined, string]>([
    ['is not there', undefined, 'the file "orders.binpb" cannot be read (ENOENT)'],
    ['is empty', new Uint8Array(), 'the file "orders.binpb" is empty'],
    ['is something else', Buffer.from('no descriptors'), 'expected a complete FileDescriptorSet'],
    ['is cut off', SET.slice(0, -7), 'expected a complete FileDescriptorSet'],
    [
      'is larger than 16 MiB',
      new Uint8Array(16 * 1024 * 1024 + 1),
      'the file "orders.binpb" is larger than 16 MiB',
    ],
  ])('that %s is a problem at its line', async (_, bytes, expected) => {
    const { file } = await withSet(bytes);
    expect(await messageOf(load({ file }))).toContain(
      `grpc-authn.yaml:\n- line 3, policy.descriptorSet: ${expected}`,
    );
  });

  it('that is a folder, or has a placeholder as its path, is a problem', async () => {
    const folder = await withSet(undefined);
    await mkdir(join(folder.path, 'orders.binpb'));
    expect(await messageOf(load({ file: folder.file }))).toContain('is not a regular file');
    await folder.write(WITH_SET.replace('orders.binpb', "'${SET}'"));
    expect(await messageOf(load({ file: folder.file }))).toContain(
      'policy.descriptorSet: the policy is not interpolated; write it out',
    );
  });

  it('that weakens a rule is not loaded by the watch; a stronger one is', async () => {
    const folder = await withSet(SET);
    const { auth, clock } = await load({ file: folder.file });
    const reloads: (string | undefined)[] = [];
    auth.watch({ onReload: (error) => reloads.push(error?.message) });
    const look = async (): Promise<void> => {
      for (let time = 0; time < 4; time += 1) {
        await clock.advance(500);
        await clock.looked();
      }
    };
    const setOf = (...scopes: readonly string[]): Uint8Array =>
      descriptorSetBytes([{ name: 'Orders', methods: { List: { scopes } } }]);
    await folder.write(setOf('orders:read', 'orders:list'), 'orders.binpb');
    await look();
    expect(reloads).toEqual([undefined]);
    expect(auth.policy.ruleFor(LIST).description).toBe('scopes orders:read and orders:list');
    await folder.write(setOf('orders:list'), 'orders.binpb');
    await look();
    expect(reloads[1]).toContain('orders.v1.Orders/List');
    expect(auth.policy.ruleFor(LIST).description).toBe('scopes orders:read and orders:list');
  });
});

describe('a default in the .proto that the definitions do not show', () => {
  const services = [loadService('orders.proto', 'orders.v1.Orders')];
  const open = { otherwise: 'authenticated', rules: {} };

  it('is not lost: otherwise must deny, or the file states that there is none', async () => {
    const config = { authenticator: MAIN, policy: open };
    const message = await messageOf(load({ config }, { services }));
    expect(message).toContain('descriptor set');
    expect(message).toContain('serviceDefaults: none');
    const policy = { ...open, serviceDefaults: 'none' };
    await load({ config: { authenticator: MAIN, policy } }, { services });
  });

  it('is not lost where the file has no policy', async () => {
    const loading = load({ config: { authenticator: MAIN } }, { services });
    expect(await messageOf(loading)).toContain('descriptor set');
  });
});

describe('a claim name with dots', () => {
  const withClaim = (claim: unknown, authenticator: object = MAIN) => ({
    authenticator,
    policy: { rules: { 'a.B/C': { claims: [{ claim, equals: 'x' }] } } },
  });
  const warnings = () => {
    const emitted = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    onTestFinished(() => emitted.mockRestore());
    return emitted;
  };

  it('is probably a path: a warning shows how to write it, once', async () => {
    const emitted = warnings();
    const { file } = await createFolder(JSON.stringify(withClaim('realm_access.roles')));
    const { auth } = await load({ file });
    await auth.reload();
    expect(emitted.mock.calls).toEqual([
      [
        'grpc-authn.yaml line 1, policy.rules["a.B/C"].claims[0].claim: "realm_access.roles" is the name of ' +
          'one claim; for a path into nested objects write [realm_access, roles]',
        { code: 'GRPC_AUTHN_CLAIM_PATH' },
      ],
    ]);
  });

  it.each<readonly [string, unknown, object]>([
    ['a URL', 'https://example.com/roles', MAIN],
    ['a URN', 'urn:example.com:roles', MAIN],
    ['without dots', 'roles', MAIN],
    ['a path', ['realm_access', 'roles'], MAIN],
    ['one that an authenticator names, too', 'org.roles', { ...MAIN, scopes: ['org.roles'] }],
  ])('is no warning where it is %s', async (_, claim, authenticator) => {
    const emitted = warnings();
    await load({ config: withClaim(claim, authenticator) });
    expect(emitted).not.toHaveBeenCalled();
  });
});

describe('a message', () => {
  it.each<readonly [string, object, object]>([
    ['a method without a rule', { rules: {} }, { services: [{ Get: { path: '/a.B/Get' } }] }],
    ['an open otherwise without services', { otherwise: 'authenticated', rules: {} }, {}],
    [
      'an alternative that asks for nothing',
      { rules: { 'a.B/C': { anyOf: [{ scopes: ['a'] }, {}] } } },
      {},
    ],
  ])('uses the words of the file, not of code: %s', async (_, policy, options) => {
    const message = await messageOf(load({ config: { authenticator: MAIN, policy } }, options));
    expect(message).not.toMatch(/\w\(\)/);
  });
});
