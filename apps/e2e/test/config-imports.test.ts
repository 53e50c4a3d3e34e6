import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { HS256_CONFIG } from '../support/config-file.ts';
import { installPackages } from '../support/installed-packages.ts';
import { token } from '../support/tokens.ts';

/** hs256 depends on jwt, as npm installs it. */
const INSTALLED = ['core', 'config', 'hs256', 'jwt'];

/** A built application: it prints the subject of the token, or why it did not start. */
const APP = `
import { loadAuth } from '@grpc-authn/config';
const [config, token] = process.argv.slice(2);
try {
  const auth = await loadAuth({ config: JSON.parse(config) });
  const context = { method: '/a.B/C', signal: new AbortController().signal };
  const { subject } = await auth.authenticator.authenticate({ scheme: 'bearer', token }, context);
  console.log(subject);
  await auth.close();
} catch (error) {
  console.log(\`\${error.name}: \${error.message}\`);
}
`;

let folder = '';

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'grpc-authn-app-'));
  await installPackages(folder, INSTALLED);
  await mkdir(join(folder, 'node_modules', 'unrelated'), { recursive: true });
  await writeFile(
    join(folder, 'node_modules', 'unrelated', 'index.js'),
    "console.log('imported');",
  );
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  await writeFile(join(folder, 'app.js'), APP);
});
after(() => rm(folder, { recursive: true, force: true }));

function run(authenticator: object, bearerToken = '', cwd = '/'): string {
  const args = [join(folder, 'app.js'), JSON.stringify({ authenticator }), bearerToken];
  // By default, neither the working directory nor the workspace has a package.
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', cwd });
  return (stdout + stderr).trim();
}

describe('a built application with a config that names its adapters', () => {
  it('loads an installed adapter that it never imports itself', async () => {
    assert.equal(run(HS256_CONFIG, await token()), 'alice');
    const routed = { use: 'byIssuer', issuers: { [HS256_CONFIG.issuer]: HS256_CONFIG } };
    assert.equal(run(routed, await token()), 'alice');
  });

  for (const use of ['oidc', 'jwks', 'introspection']) {
    it(`reports how to install ${use}, which is missing`, () => {
      const said = run({ use, issuer: 'https://id.example.com', audience: 'orders' });
      assert.match(said, /^ConfigError: /);
      assert.ok(said.includes(`npm install @grpc-authn/${use}`), said);
    });
  }

  it('does not import what is installed in the working directory', async () => {
    const cwd = await mkdtemp(join(tmpdir(), 'grpc-authn-cwd-'));
    after(() => rm(cwd, { recursive: true, force: true }));
    const planted = join(cwd, 'node_modules', '@grpc-authn', 'oidc');
    await mkdir(planted, { recursive: true });
    const exports = { './adapter': './adapter.js' };
    await writeFile(
      join(planted, 'package.json'),
      JSON.stringify({ name: '@grpc-authn/oidc', type: 'module', exports }),
    );
    await writeFile(join(planted, 'adapter.js'), "console.log('imported');");
    const said = run({ use: 'oidc', issuer: 'https://id.example.com', audience: 'x' }, '', cwd);
    assert.ok(said.includes('npm install @grpc-authn/oidc'), said);
    assert.ok(!said.includes('imported'), said);
  });

  it('imports no third-party package, whatever the config names', () => {
    const said = run({ use: 'unrelated' });
    assert.match(said, /^ConfigError: /);
    assert.match(said, /unknown adapter/);
  });
});
