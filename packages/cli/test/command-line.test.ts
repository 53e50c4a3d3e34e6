import { PassThrough, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { looksLikeToken } from '../src/command/looks-like-token.ts';
import { openIssuer, writeConfig } from './support/folder.ts';
import { run } from '../src/run.ts';
import { createSink, runCli, runJson } from './support/run-cli.ts';

const COMMANDS = ['init', 'check', 'explain', 'can-i', 'call'];
const JWT = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJl';
const OPAQUE = 'v2A7fKq9TzX0mPb4sLw8Yc1RhJd6Ne3UgQ5o';

describe('an argument that looks like a token', () => {
  it.each([
    ['a JWT', ['explain', JWT]],
    ['a JWT as a command', [JWT]],
    ['a JWT in an option', ['explain', `--token=${JWT}`]],
    ['a JWT as a value', ['init', 'auth0', '--set', `AUTH0_DOMAIN=${JWT}`]],
    ['a header', ['explain', `Bearer ${OPAQUE}`]],
    ['an opaque token', ['can-i', OPAQUE]],
    ['an opaque token for a file', ['check', '--protos', OPAQUE]],
  ])('is refused with status 2, and not printed: %s', async (_, args) => {
    for (const more of [[], ['--json']]) {
      const { status, output } = await runCli([...args, ...more]);
      expect(status).toBe(2);
      expect(output).toMatch(/looks like a token.*standard input, or use --token-file/s);
      expect(output).not.toContain(OPAQUE.slice(0, 8));
      expect(output).not.toContain('eyJ');
    }
  });

  it.each([
    '/orders.v1.Orders/CreateOrganizationMembershipInvitationV2',
    'orders-1.production.eu-central-1.internal.example.com:443',
    '/srv/orders-service/production/config/grpc-authn.production.yaml',
    '--set=CLOUDFLARE_ACCESS_AUD=0191f9564c2f7ec4aa628e5eeae396d00191f9564c2f7ec4aa628e5eeae396d0',
    'ENTRA_TENANT_ID=8eaef023-2b34-4da1-9baa-8bc8c9d6a490',
    'AUTH0_AUDIENCE=https://orders.example.com/api/v1/resources?tenant=1234567890',
  ])('is no path, method or identifier: %s', (argument) => {
    expect(looksLikeToken(argument)).toBe(false);
  });
});

describe('the command line', () => {
  it('has help with one example for each command', async () => {
    const all = await runCli(['--help']);
    expect(all.status).toBe(0);
    for (const name of COMMANDS) {
      const { status, stdout } = await runCli([name, '--help']);
      expect(status).toBe(0);
      const [, examples = ''] = stdout.split('Example\n');
      expect(examples.trim()).toMatch(new RegExp(`^grpc-authn ${name} .+$`));
      expect(all.stdout).toContain(examples.trim());
      expect(await runCli(['help', name])).toMatchObject({ status: 0, stdout });
    }
    expect((await runCli(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it.each([
    ['no command', [], /expected a command: init, check/],
    ['an unknown command', ['canary'], /unknown command: init, check/],
    [
      'an unknown option',
      ['check', '--canary=canary'],
      /check: unknown option; the options are --protos/,
    ],
    ['an option without a value', ['check', '--protos'], /no value/],
    ['a value for a flag', ['check', '--json=canary'], /does not take/],
    ['too many arguments', ['check', 'canary', 'canary'], /at most 1 arguments, received 2/],
    ['too few arguments', ['call', '127.0.0.1:1'], /expected HOST:PORT and METHOD/],
    ['an option twice', ['check', '--timeout', '1', '--timeout', '2'], /expected once/],
    ['a wrong time limit', ['check', '--timeout', 'canary'], /expected seconds/],
    ['a wrong method', ['explain', '--method', 'canary'], /such as \/orders.v1.Orders\/Get/],
    ['a wrong address', ['call', 'canary', 'a.B/C'], /expected HOST:PORT/],
  ])('refuses wrong usage with status 2, and repeats no value: %s', async (_, args, message) => {
    const { status, stderr, stdout } = await runCli(args);
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
    expect(stdout).toBe('');
    expect(stderr).not.toContain('canary');
    const { ok, error } = await runJson(args);
    expect({ ok, error }).toMatchObject({
      ok: false,
      error: { message: expect.stringMatching(message) },
    });
  });
});

describe('output that cannot be written', () => {
  const failing = (code: string): Writable =>
    new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error('canary'), { code })),
    }).on('error', () => undefined);
  const runInto = (args: readonly string[], code: string, stderr: Writable): Promise<number> =>
    run(args, { stdin: new PassThrough(), stdout: failing(code), stderr, variables: {} });

  it('has status 1, and a line on standard error', async () => {
    const stderr = createSink(false);
    expect(await runInto(['--help'], 'ENOSPC', stderr)).toBe(1);
    expect(stderr.text()).toBe('✗ the result cannot be written (ENOSPC)\n');
  });

  it('does not change the status if the reader has closed the pipe', async () => {
    const stderr = createSink(false);
    expect(await runInto(['--help'], 'EPIPE', stderr)).toBe(0);
    expect(stderr.text()).toBe('');
  });

  it('does not change the status if standard error cannot be written either', async () => {
    expect(await runInto(['--help'], 'ENOSPC', failing('ENOSPC'))).toBe(1);
  });
});

describe('colors', () => {
  it('are there on a terminal only, and not with NO_COLOR', async () => {
    const issuer = await openIssuer();
    const file = await writeConfig(issuer.issuer);
    const isColored = async (options: object): Promise<boolean> =>
      (await runCli(['check', file], options)).stdout.includes('\u001B[');
    expect(await isColored({ terminal: true })).toBe(true);
    expect(await isColored({ terminal: true, variables: { NO_COLOR: '' } })).toBe(true);
    expect(await isColored({ terminal: true, variables: { NO_COLOR: '1' } })).toBe(false);
    expect(await isColored({ terminal: true, variables: { TERM: 'dumb' } })).toBe(false);
    expect(await isColored({})).toBe(false);
  });

  it('are not in JSON', async () => {
    const issuer = await openIssuer();
    const args = ['check', await writeConfig(issuer.issuer), '--json'];
    expect((await runCli(args, { terminal: true })).stdout).not.toContain('\u001B[');
  });
});
