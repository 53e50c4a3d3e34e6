import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startTestIssuer, type TestIssuer } from '@grpc-authn/testing';
import { CLI_BIN, runCli } from '../support/cli.ts';
import { installPackages } from '../support/installed-packages.ts';

let issuer: TestIssuer;
let root = '';
/** Has the command, and no adapter. */
let elsewhere = '';
/** Has adapters, and not the command. */
let project = '';
let bin = '';

before(async () => {
  issuer = await startTestIssuer();
  root = await mkdtemp(join(tmpdir(), 'grpc-authn-cli-'));
  [elsewhere, project] = [join(root, 'elsewhere'), join(root, 'project')];
  bin = join(elsewhere, 'node_modules', '@grpc-authn', 'cli', 'dist', 'bin.js');
  await installPackages(elsewhere, ['cli', 'config', 'core']);
  await installPackages(project, ['config', 'core', 'jwks', 'jwt', 'oidc', 'provider']);
  await writeFile(join(project, 'grpc-authn.yaml'), configOf(issuer.issuer));
});
after(async () => {
  await issuer.close();
  await rm(root, { recursive: true, force: true });
});

function configOf(url: string): string {
  return `authenticator: { use: oidc, issuer: '${url}', audience: orders }
policy: { rules: { orders.v1.Orders/Get: { scopes: [orders:read] } } }
`;
}

describe('the command, installed elsewhere', () => {
  it('finds the adapters beside the config file', async () => {
    const file = join(project, 'grpc-authn.yaml');
    const checked = await runCli(['check', file], { bin, cwd: tmpdir() });
    assert.equal(checked.status, 0, checked.stdout + checked.stderr);
    const stdin = await issuer.sign({ aud: 'orders', scope: 'orders:read' });
    const asked = await runCli(['can-i'], { bin, cwd: project, stdin });
    assert.equal(asked.status, 0, asked.stdout + asked.stderr);
    assert.match(asked.stdout, /✓ {2}orders\.v1\.Orders\/Get +allowed/);
    const explained = await runCli(['explain', file], { bin, cwd: tmpdir(), stdin });
    assert.equal(explained.status, 0, explained.stdout + explained.stderr);
  });

  it(
    'finds them beside the real file of a link',
    { skip: process.platform === 'win32' },
    async () => {
      const link = join(root, 'link.yaml');
      await symlink(join(project, 'grpc-authn.yaml'), link);
      const { status, stdout, stderr } = await runCli(['check', link], { bin });
      assert.equal(status, 0, stdout + stderr);
    },
  );

  it('says how to install an adapter that the project lacks', async () => {
    const file = join(root, 'grpc-authn.yaml');
    await writeFile(file, configOf(issuer.issuer));
    const { status, stderr } = await runCli(['check', file], { bin });
    assert.equal(status, 1);
    assert.match(stderr, /npm install @grpc-authn\/oidc/);
  });

  it('runs nothing that is in the working directory only', async () => {
    const cwd = join(root, 'planted');
    const planted = join(cwd, 'node_modules', '@grpc-authn', 'config');
    await mkdir(planted, { recursive: true });
    const manifest = { name: '@grpc-authn/config', type: 'module', exports: './index.js' };
    await writeFile(join(planted, 'package.json'), JSON.stringify(manifest));
    await writeFile(join(planted, 'index.js'), "console.log('imported');");
    const { status, stdout } = await runCli(['check', join(project, 'grpc-authn.yaml')], {
      bin,
      cwd,
    });
    assert.equal(status, 0);
    assert.ok(!stdout.includes('imported'), stdout);
  });

  it('writes every recipe', async () => {
    const file = join(root, 'init.yaml');
    const { status } = await runCli(['init', 'keycloak', '--from-env', '--file', file], { bin });
    assert.equal(status, 0);
  });
});

describe('the command as a process', () => {
  it('ends quietly where nobody reads its output', async () => {
    for (const args of [
      ['--help'],
      ['check', join(project, 'grpc-authn.yaml'), '--json'],
      ['nothing'],
    ]) {
      const child = spawn(process.execPath, [CLI_BIN, ...args]);
      child.stdout.destroy();
      child.stderr.destroy();
      child.stdin.end();
      const [status, signal] = (await once(child, 'close')) as [number, string | null];
      assert.equal(signal, null);
      assert.ok([0, 1, 2].includes(status), String(status));
    }
  });

  it('shows no stack where nobody reads its standard output', async () => {
    const child = spawn(process.execPath, [CLI_BIN, '--help']);
    child.stdout.destroy();
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    await once(child, 'close');
    assert.equal(stderr, '');
  });

  // Windows has no such modes, and root reads every file.
  it(
    'says that it may not read a file',
    { skip: process.platform === 'win32' || process.getuid?.() === 0 },
    async () => {
      const file = join(root, 'unreadable.yaml');
      await writeFile(file, configOf(issuer.issuer));
      await chmod(file, 0o000);
      const { status, stderr } = await runCli(['check', file]);
      assert.equal(status, 1);
      assert.match(stderr, /cannot be read \(EACCES\)/);
    },
  );

  it('ends while a provider hangs', async () => {
    issuer.fail('hang');
    try {
      const file = join(project, 'grpc-authn.yaml');
      const { status, stdout } = await runCli(['check', file, '--timeout', '0.5']);
      assert.equal(status, 1);
      assert.match(stdout, /no answer in 0\.5 s/);
    } finally {
      issuer.fail('none');
    }
  });
});
