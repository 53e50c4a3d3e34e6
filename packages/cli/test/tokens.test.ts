import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { newPath, openIssuer, writeConfig, writeFiles } from './support/folder.ts';
import { runCli, runJson, type Stdin, TERMINAL } from './support/run-cli.ts';

/** Both read a token that they need. */
const COMMANDS = ['explain', 'can-i'];

describe.each(COMMANDS)('the token of %s', (command) => {
  it('is read from standard input or a file, with or without its scheme and a newline', async () => {
    const issuer = await openIssuer();
    const file = await writeConfig(issuer.issuer);
    const token = await issuer.sign({ aud: 'orders', scope: 'orders:read' });
    const { token: tokenFile } = await writeFiles({ token: `${token}\n` });
    const results = [
      await runCli([command, file], { stdin: token }),
      await runCli([command, file], { stdin: `  Bearer ${token}\r\n` }),
      await runCli([command, file], { stdin: `Authorization: bearer ${token}\n` }),
      await runCli([command, file, '--token-file', tokenFile], { stdin: TERMINAL }),
    ];
    expect(results.map(({ status }) => status)).toEqual([0, 0, 0, 0]);
  });

  it.each<readonly [string, string | Stdin]>([
    ['nothing', ''],
    ['white space', ' \n'],
    ['a terminal', TERMINAL],
  ])('is asked for where standard input is %s', async (_, stdin) => {
    const { status, stderr } = await runCli([command], { stdin });
    expect(status).toBe(2);
    expect(stderr).toMatch(/expected a token on standard input.*--token-file FILE/);
  });

  it.each([
    ['bytes that are no UTF-8', Buffer.from([0xff, 0xfe, 0x41, 0x42])],
    ['control characters', 'canary-5up3r\0canary'],
    ['a gzip file', Buffer.from('1f8b0800000000000003cb48cdc9c9070086a6103605000000', 'hex')],
  ])('is no binary data: %s', async (_, stdin) => {
    const { status, output } = await runCli([command], { stdin });
    expect(status).toBe(2);
    expect(output).toContain('expected the text of a token, received binary data');
    expect(output).not.toContain('5up3r');
  });

  it.each([
    ['of a token endpoint', '{"access_token":"canary-5up3r-s3cret","token_type":"Bearer"}\n'],
    ['that is a text', '"canary-5up3r-s3cret"'],
    ['with a list', '["canary-5up3r-s3cret"]'],
  ])('is no JSON %s', async (_, stdin) => {
    const { status, output } = await runCli([command], { stdin });
    expect(status).toBe(2);
    expect(output).toContain(
      'expected a token, received JSON: pass only the token, for example with jq -r .access_token',
    );
    expect(output).not.toContain('5up3r');
  });

  it('is no token of another scheme', async () => {
    const issuer = await openIssuer();
    const file = await writeConfig(issuer.issuer);
    for (const stdin of ['Basic Y2FuYXJ5OjV1cDNy\n', 'authorization: DPoP Y2FuYXJ5OjV1cDNy']) {
      const { status, output } = await runCli([command, file], { stdin });
      expect(status).toBe(1);
      expect(output).toContain('missing_credentials/other_scheme');
      expect(output).not.toContain('Y2FuYXJ5');
    }
  });

  it('of a megabyte is refused as the server refuses it, with what to do', async () => {
    const issuer = await openIssuer();
    const stdin = 'A'.repeat(1024 * 1024);
    const { status, output } = await runCli([command, await writeConfig(issuer.issuer)], { stdin });
    expect(status).toBe(1);
    expect(output).toContain('malformed_credentials/too_large');
    expect(output).toContain('credentials.maxTokenBytes');
    if (command === 'explain') {
      expect(output).toMatch(/expected a token of at most 16384 bytes\n +received 1048576 bytes\n/);
      const { steps } = await runJson([command, await writeConfig(issuer.issuer)], { stdin });
      expect(steps).toContainEqual(
        expect.objectContaining({
          check: 'credentials',
          expected: 'a token of at most 16384 bytes',
          received: '1048576 bytes',
        }),
      );
    }
    expect(output.length).toBeLessThan(4000);
    expect(output).not.toContain('AAAA');
    expect(issuer.requests.discovery).toBe(0);
  });

  it('of more than four megabytes is not read to its end', async () => {
    const stdin = 'A'.repeat(5 * 1024 * 1024);
    const { status, output } = await runCli([command], { stdin });
    expect(status).toBe(2);
    expect(output).toContain('received more than 4 MiB');
  });

  it('in a file that cannot be used is reported, without the content', async () => {
    const folder = join(await newPath('a'), '..');
    const { empty } = await writeFiles({ empty: '\n' });
    const cases = [
      [folder, 'it is not a regular file'],
      [join(folder, 'absent'), 'there is no such file (ENOENT); check the path'],
      ['-', 'there is no such file (ENOENT); check the path, or use standard input without it'],
      [empty, 'received an empty file'],
    ] as const;
    for (const [file, expected] of cases) {
      const { status, stderr } = await runCli([command, '--token-file', file]);
      expect(status).toBe(2);
      expect(stderr).toContain(expected);
    }
  });
});
