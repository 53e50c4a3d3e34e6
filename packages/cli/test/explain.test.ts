import { describe, expect, it } from 'vitest';
import { openIssuer, writeConfig, writeFiles } from './support/folder.ts';
import { runCli, runJson } from './support/run-cli.ts';

const METHOD = ['--method', 'orders.v1.Orders/Get'];

describe('explain', () => {
  it('shows each check of a token that is allowed, and its caller', async () => {
    const issuer = await openIssuer();
    const stdin = await issuer.sign({ aud: 'orders', scope: 'orders:read', client_id: 'web' });
    const args = ['explain', await writeConfig(issuer.issuer), ...METHOD];
    const { status, stdout, stderr } = await runCli(args, { stdin });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^✓ allowed\n/);
    for (const check of ['issuer', 'audience', 'expiry', 'key', 'signature', 'rule']) {
      expect(stdout).toMatch(new RegExp(`^ {2}✓ {2}${check} `, 'm'));
    }
    expect(stdout).toMatch(/subject {2}alice\n {2}client +web\n {2}scopes +orders:read/);
    expect(stdout).not.toMatch(/✗|Fix/);
  });

  it.each([
    ['has expired', { exp: 1_700_000_000 }, 'expiry', 'expired', /Fix: request a new token\n$/],
    [
      'is for another audience',
      { aud: 'other' },
      'audience',
      'audience',
      /Fix: request the token for the audience "orders"/,
    ],
    [
      'is from another issuer',
      { iss: 'https://other.example.com' },
      'issuer',
      'issuer',
      /Fix: request the token from "http/,
    ],
    [
      'lacks a scope',
      { scope: 'other' },
      'rule',
      'scope',
      /Fix: request a token with the scope orders:read\n$/,
    ],
  ])(
    'names the check and the fix of a token that %s, the fix last',
    async (_, claims, check, reason, fix) => {
      const issuer = await openIssuer();
      const file = await writeConfig(issuer.issuer);
      const stdin = await issuer.sign({ aud: 'orders', scope: 'orders:read', ...claims });
      const { status, stdout } = await runCli(['explain', file, ...METHOD], { stdin });
      expect(status).toBe(1);
      expect(stdout).toMatch(new RegExp(`^✗ refused: \\w+/${reason} `));
      expect(stdout).toMatch(new RegExp(`✗ {2}${check} +expected .+\\n +received `));
      expect(stdout).toMatch(fix);
      // One screen.
      expect(stdout.split('\n').length).toBeLessThan(25);
      const data = await runJson(['explain', file, ...METHOD], { stdin });
      expect(data).toMatchObject({ status: 1, ok: false, outcome: 'refused', error: { reason } });
      expect(data['steps']).toContainEqual(expect.objectContaining({ check, result: 'failed' }));
    },
  );

  it('shows two faults at once', async () => {
    const issuer = await openIssuer();
    const stdin = await issuer.sign({ aud: 'other', exp: 1_700_000_000 });
    const { stdout } = await runCli(['explain', await writeConfig(issuer.issuer)], { stdin });
    expect(stdout).toMatch(/✗ {2}audience/);
    expect(stdout).toMatch(/✗ {2}expiry/);
    expect(stdout.match(/^Fix: /gm)).toHaveLength(2);
    expect(stdout).toMatch(/· {2}not reached +key, signature/);
  });

  it.each([
    ['down', /Fix: run grpc-authn check: it shows what the provider answers\n$/],
    [
      'hang',
      /✗ {2}key +expected an answer from the provider in time\n.+\n.+\n\n.+\n\nFix: the provider did not send its keys in time: is it reachable\? grpc-authn check FILE .+\n$/,
    ],
  ] as const)(
    'needs no network for the checks before the key, and says so: %s',
    async (mode, fix) => {
      const issuer = await openIssuer();
      const stdin = await issuer.sign({ aud: 'orders', scope: 'orders:read' });
      issuer.fail(mode);
      const args = ['explain', await writeConfig(issuer.issuer), ...METHOD, '--timeout', '0.3'];
      const { status, stdout } = await runCli(args, { stdin });
      expect(status).toBe(1);
      expect(stdout).toMatch(/^✗ not decided: unavailable\//);
      expect(stdout).toMatch(/✓ {2}audience/);
      expect(stdout).toMatch(/✗ {2}key/);
      expect(stdout).toContain('The checks before the key need no network, and are complete.');
      expect(stdout).toMatch(fix);
    },
  );

  it('ends after `timeoutMs` of the config without --timeout', async () => {
    const issuer = await openIssuer();
    const stdin = await issuer.sign({ aud: 'orders' });
    issuer.fail('hang');
    const { 'a.yaml': file } = await writeFiles({
      'a.yaml': `authenticator: { use: oidc, issuer: '${issuer.issuer}', audience: orders }
timeoutMs: 200
`,
    });
    const { status, stdout } = await runCli(['explain', file], { stdin });
    expect(status).toBe(1);
    expect(stdout).toMatch(/^✗ not decided: unavailable\/timeout/);
    expect(stdout).toContain('did not send its keys in time');
  });

  it('says that the config does not name the method', async () => {
    const issuer = await openIssuer();
    const file = await writeConfig(issuer.issuer);
    const stdin = await issuer.sign({ aud: 'orders', scope: 'orders:read' });
    const args = ['explain', file, '--method', 'orders.v1.Orders/Gett'];
    const { status, stdout } = await runCli(args, { stdin });
    expect(status).toBe(1);
    expect(stdout).toMatch(
      /Fix: check the name of the method: no rule of the config names orders\.v1\.Orders\/Gett\n$/,
    );
    expect(await runJson(args, { stdin })).toMatchObject({ ok: false, methodNamed: false });
    const named = await runCli(['explain', file, ...METHOD], { stdin });
    expect(named.stdout).not.toContain('check the name of the method');
    const health = ['explain', file, '--method', 'grpc.health.v1.Health/Check'];
    expect(await runJson(health, { stdin })).toMatchObject({ ok: true, methodNamed: true });
  });

  it('asks no provider about a token that fails before', async () => {
    const issuer = await openIssuer();
    const file = await writeConfig(issuer.issuer);
    await runCli(['explain', file], { stdin: await issuer.sign({ aud: 'other' }) });
    expect(issuer.requests).toMatchObject({ discovery: 0, jwks: 0 });
  });

  it('shows each child of a composition, and why it was passed over', async () => {
    const [first, second] = [await openIssuer(), await openIssuer()];
    const { 'a.yaml': file } = await writeFiles({
      'a.yaml': `authenticators:
  first: { use: oidc, issuer: '${first.issuer}', audience: orders }
  second: { use: oidc, issuer: '${second.issuer}', audience: orders }
authenticator: { use: anyOf, of: [first, second] }
`,
    });
    const stdin = await second.sign({ aud: 'other' });
    const { stdout } = await runCli(['explain', file], { stdin });
    expect(stdout).toMatch(/^first$/m);
    expect(stdout).toMatch(/^second$/m);
    expect(stdout).toMatch(/Fix: second: request the token for the audience "orders"/);
  });

  it('shows no control characters of a claim', async () => {
    const issuer = await openIssuer();
    const stdin = await issuer.sign({ aud: '\u001B[2Jevil\u202E\n✓ allowed' });
    const { stdout } = await runCli(['explain', await writeConfig(issuer.issuer)], { stdin });
    expect(stdout).toContain('evil');
    expect(stdout).not.toContain('\u001B');
    expect(stdout).not.toContain('\u202E');
    expect(stdout).not.toMatch(/^✓ allowed/m);
  });
});
