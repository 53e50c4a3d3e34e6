import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openIssuer, writeConfig, writeFiles } from './support/folder.ts';
import { runCli, runJson } from './support/run-cli.ts';

describe('can-i', () => {
  it('says for each method whether the token may call it, and why not', async () => {
    const issuer = await openIssuer();
    const file = await writeConfig(issuer.issuer);
    const stdin = await issuer.sign({ aud: 'orders', scope: 'orders:read' });
    const { status, stdout } = await runCli(['can-i', file], { stdin });
    expect(status).toBe(0);
    expect(stdout).toMatch(/✓ {2}grpc\.health\.v1\.Health\/\* +allowed +public/);
    expect(stdout).toMatch(/✓ {2}orders\.v1\.Orders\/Get +allowed/);
    expect(stdout).toMatch(
      /✗ {2}orders\.v1\.Orders\/Refund +refused +permission_denied\/scope \(a scope is missing; needs scope orders:refund\)/,
    );
    expect(stdout).toMatch(/✗ {2}\* +refused +permission_denied\/denied/);
  });

  it('says the same as data', async () => {
    const issuer = await openIssuer();
    const file = await writeConfig(issuer.issuer);
    const stdin = await issuer.sign({ aud: 'orders', scope: 'orders:read' });
    expect(await runJson(['can-i', file], { stdin })).toMatchObject({
      status: 0,
      ok: true,
      methods: expect.arrayContaining([
        expect.objectContaining({ method: 'orders.v1.Orders/Get', allowed: true }),
        expect.objectContaining({
          method: 'orders.v1.Orders/Refund',
          allowed: false,
          error: { code: 'permission_denied', reason: 'scope', requiredScopes: ['orders:refund'] },
        }),
      ]),
    });
  });

  it('has status 1 for a token that is refused, and verifies it once', async () => {
    const issuer = await openIssuer();
    const file = await writeConfig(issuer.issuer);
    const stdin = await issuer.sign({ aud: 'others' });
    const { status, stdout } = await runCli(['can-i', file], { stdin });
    expect(status).toBe(1);
    expect(stdout).toContain('the token is refused: invalid_token/audience');
    expect(stdout).toContain('Run grpc-authn explain to see every check.');
  });

  it('refuses a token that is bound to a key', async () => {
    const issuer = await openIssuer();
    const file = await writeConfig(issuer.issuer);
    const stdin = await issuer.sign({ aud: 'orders', scope: 'orders:read', cnf: { jkt: 'a' } });
    const { status, stdout } = await runCli(['can-i', file], { stdin });
    expect(status).toBe(1);
    expect(stdout).toContain('the token is refused: invalid_token/binding');
  });

  it('asks for an opaque token once, however many methods there are', async () => {
    const issuer = await openIssuer();
    const { 'a.yaml': file } = await writeFiles({
      'a.yaml': `authenticator:
  use: introspection
  issuer: ${issuer.issuer}
  audience: orders
  clientId: orders
  clientAuthentication: { method: client_secret_basic, secret: a-secret-of-the-client }
policy:
  rules: { a.B/C: authenticated, a.B/D: authenticated, a.B/E: { scopes: [x] } }
`,
    });
    const { status } = await runCli(['can-i', file], { stdin: issuer.opaque({ aud: 'orders' }) });
    expect(status).toBe(0);
    expect(issuer.requests.introspection).toBe(1);
  });

  it.each(['down', 'hang'] as const)('says that the provider does not answer: %s', async (mode) => {
    const issuer = await openIssuer();
    const stdin = await issuer.sign({ aud: 'orders', scope: 'orders:read' });
    issuer.fail(mode);
    const args = ['can-i', await writeConfig(issuer.issuer), '--timeout', '0.3'];
    const { status, stdout } = await runCli(args, { stdin });
    expect(status).toBe(1);
    expect(stdout).toMatch(/the token is refused: unavailable\/\w+ \(the (provider|metadata)/);
  });

  it('lists each method of the .proto files', async () => {
    const issuer = await openIssuer();
    const { 'a.yaml': file, 'orders.proto': proto } = await writeFiles({
      'a.yaml': `authenticator: { use: oidc, issuer: '${issuer.issuer}', audience: orders }
policy: { rules: { 'orders.v1.Orders/*': authenticated } }`,
      'orders.proto': `syntax = "proto3"; package orders.v1; message M {}
service Orders { rpc Get(M) returns (M); rpc List(M) returns (M); }`,
    });
    const stdin = await issuer.sign({ aud: 'orders' });
    const { stdout } = await runCli(['can-i', file, '--protos', join(proto, '..')], { stdin });
    expect(stdout).toMatch(/orders\.v1\.Orders\/Get +allowed/);
    expect(stdout).toMatch(/orders\.v1\.Orders\/List +allowed/);
  });
});
