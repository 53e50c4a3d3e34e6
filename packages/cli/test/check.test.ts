import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { describe, expect, it, onTestFinished } from 'vitest';
import { newPath, openIssuer, POLICY, writeConfig, writeFiles } from './support/folder.ts';
import { runCli, runJson } from './support/run-cli.ts';

const EXPIRED = { notBeforeDate: new Date('2020-01-01'), notAfterDate: new Date('2021-01-01') };

describe('check', () => {
  it('shows the provider, its keys and the policy of a config that is well', async () => {
    const issuer = await openIssuer({ algorithms: ['RS256', 'ES384'] });
    const { status, stdout, stderr } = await runCli(['check', await writeConfig(issuer.issuer)]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/asked +GET http:\S+\/.well-known\/openid-configuration: 200, \d+ ms/);
    expect(stdout).toMatch(/asked +GET http:\S+\/jwks: 200, \d+ ms/);
    expect(stdout).toContain(`${issuer.issuer}, as expected`);
    expect(stdout).toMatch(/key +\S+ {2}RS256/);
    expect(stdout).toMatch(/key +\S+ {2}ES384/);
    expect(stdout).toMatch(/orders\.v1\.Orders\/Get +scopes orders:read +code/);
    expect(stdout).toMatch(/\* +denied +otherwise/);
    expect(stdout).toContain('all is well');
  });

  it('shows the same as data', async () => {
    const issuer = await openIssuer();
    expect(await runJson(['check', await writeConfig(issuer.issuer)])).toMatchObject({
      status: 0,
      ok: true,
      providers: [
        {
          name: 'oidc',
          ready: true,
          issuer: { expected: [issuer.issuer], received: issuer.issuer },
          algorithms: { accepted: ['RS256', 'PS256', 'ES256', 'EdDSA'], announced: ['RS256'] },
          requests: [{ status: 200 }, { status: 200, url: issuer.jwksUri }],
          keys: { used: [{ alg: 'RS256' }], leftOut: [] },
        },
      ],
      policy: expect.arrayContaining([
        { method: 'orders.v1.Orders/Get', rule: 'scopes orders:read', source: 'code' },
      ]),
    });
  });

  it('shows all problems of a config at once, each with its line', async () => {
    const { 'grpc-authn.yaml': file } = await writeFiles({
      'grpc-authn.yaml': `authenticator:
  use: oidc
  issuer: \${NOT_SET_ANYWHERE}
  audience: orders
  algoritms: [RS256]
policy: { rules: { orders.v1.Orders/Get: pubic } }
`,
    });
    const { status, stderr } = await runCli(['check', file], {});
    expect(status).toBe(1);
    expect(stderr).toContain('line 3: authenticator.issuer:');
    const fixed = await writeFiles({
      'grpc-authn.yaml': `authenticator:
  use: oidc
  issuer: https://id.example.com
  audience: orders
  algoritms: [RS256]
policy: { rules: { orders.v1.Orders/Get: pubic } }
`,
    });
    const result = await runJson(['check', fixed['grpc-authn.yaml']]);
    expect(result).toMatchObject({
      status: 1,
      ok: false,
      error: { problems: [{ path: 'authenticator.algoritms', line: 5 }, { line: 6 }] },
    });
  });

  it('says that a file is missing, and how to write one', async () => {
    const { status, stderr } = await runCli(['check', await newPath('grpc-authn.yaml')]);
    expect(status).toBe(1);
    expect(stderr).toContain('there is no such file; name another, or write one: grpc-authn init');
  });

  it('says that a folder is no file, and what to do', async () => {
    const { status, stderr } = await runCli(['check', join(await newPath('a'), '..')]);
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^✗ \S+: expected a config file, received a folder; name the file in it\n$/,
    );
  });

  // Windows has no such device.
  it.skipIf(process.platform === 'win32')('says that a device or a pipe is no file', async () => {
    const { status, stderr } = await runCli(['check', '/dev/null']);
    expect(status).toBe(1);
    expect(stderr).toContain(
      'null: expected a file, received a pipe or a device; name a file, because adapters are looked up beside it',
    );
  });

  it('says that a file cannot be read, and what to do', async () => {
    const { 'a.yaml': file } = await writeFiles({ 'a.yaml': 'x' });
    // root can read every file, so the name is one that no file system allows.
    const { status, stderr } = await runCli(['check', join(file, '..', 'a'.repeat(300))]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/cannot be read \(ENAMETOOLONG\); run this command as the user of the/);
  });

  it.each(['', 'a.yaml/b.yaml'])('says that there is no such file: %j', async (path) => {
    const { 'a.yaml': file } = await writeFiles({ 'a.yaml': 'x' });
    const { status, stderr } = await runCli(['check', path.replace('a.yaml', file)]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^✗ .+: there is no such file; name another/);
  });

  it.each([
    [
      'has expired',
      EXPIRED,
      /CERT_HAS_EXPIRED\)\n +fix +a certificate of the provider has expired/,
    ],
    [
      'is of an unknown authority',
      {},
      /\(\w+\)\n +fix +let the provider's certificate be checked .*http\.ca/,
    ],
  ])('says what to do about a certificate that %s', async (_, dates, expected) => {
    const altNames = [{ type: 7, ip: '127.0.0.1' } as const];
    const { cert, private: key } = await generate([{ name: 'commonName', value: 'id' }], {
      ...dates,
      extensions: [{ name: 'subjectAltName', altNames }],
    });
    const server = createServer({ cert, key }).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { status, stdout } = await runCli([
      'check',
      await writeConfig(`https://127.0.0.1:${port}`),
    ]);
    expect(status).toBe(1);
    expect(stdout).toMatch(expected);
  });

  it('shows the expected and the received issuer', async () => {
    const issuer = await openIssuer();
    const expected = `${issuer.issuer}/`;
    const file = await writeConfig(expected);
    const { status, stdout } = await runCli(['check', file]);
    expect(status).toBe(1);
    expect(stdout).toMatch(new RegExp(`expected +${expected}\n`));
    expect(stdout).toMatch(new RegExp(`received +${issuer.issuer}\n`));
    expect(stdout).toContain('write the issuer exactly as the provider does');
  });

  it('waits for a provider that hangs as long as --timeout says, and shows on a terminal that it waits', async () => {
    const issuer = await openIssuer();
    issuer.fail('hang');
    const file = await writeConfig(issuer.issuer);
    const { status, stdout, stderr } = await runCli(['check', file, '--timeout', '0.3'], {
      terminal: true,
      variables: { NO_COLOR: '1' },
    });
    expect(status).toBe(1);
    expect(stdout).toContain('no answer in 0.3 s');
    expect(stdout).toContain('until then calls get UNAVAILABLE');
    expect(stderr).toContain('asking the providers');
  });

  it('writes no progress where standard error is no terminal', async () => {
    const issuer = await openIssuer();
    expect((await runCli(['check', await writeConfig(issuer.issuer)])).stderr).toBe('');
  });

  it.each([
    ['down', /ECONNREFUSED|could not be asked/],
    ['http500', /answered 500/],
    ['garbage', /without the metadata of an issuer|no metadata/],
  ] as const)('names what a provider answers: %s', async (mode, expected) => {
    const issuer = await openIssuer();
    issuer.fail(mode);
    const { status, stdout } = await runCli(['check', await writeConfig(issuer.issuer)]);
    expect(status).toBe(1);
    expect(stdout).toMatch(expected);
    expect(stdout).toContain('1 of 1 authenticator cannot verify tokens');
  });

  it('lists keys that are left out, with the reason, and a config without a usable algorithm', async () => {
    const key = { kty: 'RSA', kid: 'small', e: 'AQAB', n: 'AQAB' };
    const issuer = await openIssuer({ algorithms: ['ES256'] });
    const { keys } = (await (await fetch(issuer.jwksUri)).json()) as { keys: object[] };
    const jwks = JSON.stringify({ keys: [...keys, key] });
    const authenticator = (algorithm: string): string =>
      `authenticator: { use: jwks, issuer: 'https://id.example.com', audience: orders, algorithms: [${algorithm}], jwks: ${jwks} }${POLICY}`;
    const files = await writeFiles({
      'fits.yaml': authenticator('ES256'),
      'other.yaml': authenticator('RS256'),
    });
    const fits = await runCli(['check', files['fits.yaml']]);
    expect(fits.status).toBe(0);
    expect(fits.stdout).toMatch(/left out +small: \S+/);
    const other = await runCli(['check', files['other.yaml']]);
    expect(other.status).toBe(1);
    expect(other.stdout).toContain('no key has an accepted algorithm: the keys are for ES256');
  });

  it('prints the rule of each method of the .proto files', async () => {
    const issuer = await openIssuer();
    const file = await writeConfig(issuer.issuer);
    const protos = await writeFiles({
      'orders.proto': `syntax = "proto3"; package orders.v1;
import "grpc_authn/v1/rule.proto";
message M {}
service Orders {
  rpc Get(M) returns (M);
  rpc Refund(M) returns (M);
  rpc List(M) returns (M) { option (grpc_authn.v1.rule) = { scopes: ["orders:list"] }; }
}`,
    });
    const folder = join(protos['orders.proto'], '..');
    const { status, stdout } = await runCli(['check', file, '--protos', folder]);
    expect(stdout).toMatch(/orders\.v1\.Orders\/List +scopes orders:list +proto/);
    expect(status).toBe(0);
  });

  it('reports a method of the .proto files without a rule, and a rule without a method', async () => {
    const issuer = await openIssuer();
    const file = await writeConfig(issuer.issuer);
    const protos = await writeFiles({
      'orders.proto': `syntax = "proto3"; package orders.v1; message M {}
service Orders { rpc Get(M) returns (M); rpc New(M) returns (M); }`,
    });
    const args = ['check', file, '--protos', join(protos['orders.proto'], '..')];
    const { status, stderr } = await runCli(args);
    expect(status).toBe(1);
    expect(stderr).toContain('orders.v1.Orders/New');
    expect(stderr).toContain('orders.v1.Orders/Refund');
  });

  it('says what is wrong with the folder of --protos', async () => {
    const issuer = await openIssuer();
    const file = await writeConfig(issuer.issuer);
    const empty = join(await newPath('a'), '..');
    expect(await runCli(['check', file, '--protos', empty])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('expected a folder with .proto files'),
    });
    const absent = await runCli(['check', file, '--protos', join(empty, 'absent')]);
    expect(absent).toMatchObject({ status: 2, stderr: expect.stringContaining('(ENOENT)') });
    const broken = await writeFiles({ 'a.proto': 'service {' });
    expect(await runCli(['check', file, '--protos', join(broken['a.proto'], '..')])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('cannot be read'),
    });
  });

  it('shows no control characters that a provider chose', async () => {
    const issuer = await openIssuer();
    const { keys } = (await (await fetch(issuer.jwksUri)).json()) as { keys: object[] };
    const jwks = JSON.stringify({ keys: [{ ...keys[0], kid: '\u001B[2Jevil\u202E' }] });
    const { 'a.yaml': file } = await writeFiles({
      'a.yaml': `authenticator: { use: jwks, issuer: 'https://id.example.com', audience: orders, jwks: ${jwks} }${POLICY}`,
    });
    const { stdout } = await runCli(['check', file]);
    expect(stdout).toContain('[2Jevil');
    expect(stdout).not.toContain('\u001B');
    expect(stdout).not.toContain('\u202E');
  });
});
