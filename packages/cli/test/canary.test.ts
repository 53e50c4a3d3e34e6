import { describe, expect, it } from 'vitest';
import { newPath, openIssuer, writeConfig, writeFiles } from './support/folder.ts';
import { runCli } from './support/run-cli.ts';

const CANARY = 'canary-5up3r-s3cret';

/** Segments that are short are ordinary text. */
function secretsOf(token: string): readonly string[] {
  return [token, ...token.split('.')].filter((part) => part.length > 8);
}

describe('no command prints a token, a part of it, or a secret of the config', () => {
  it.each([
    ['explain', []],
    ['can-i', []],
    ['check', []],
    ['call', ['127.0.0.1:1', 'a.B/C']],
    ['init', ['auth0', '--set', `AUTH0_DOMAIN=${CANARY}`]],
  ])('%s', async (command, positionals) => {
    const issuer = await openIssuer();
    const files = [
      await writeConfig(issuer.issuer),
      await writeConfig('http://127.0.0.1:1'),
      (
        await writeFiles({
          'a.yaml': `authenticator:
  use: introspection
  issuer: ${issuer.issuer}
  audience: orders
  clientId: orders
  clientAuthentication: { method: client_secret_basic, secret: ${CANARY} }
`,
        })
      )['a.yaml'],
      (await writeFiles({ 'a.yaml': `authenticator: { use: hs256, secrets: [${CANARY}] }` }))[
        'a.yaml'
      ],
      await newPath('absent.yaml'),
    ];
    const good = await issuer.sign({ aud: 'orders', scope: 'orders:read' });
    const [header, payload] = good.split('.');
    const tokens = [
      good,
      await issuer.sign({ aud: 'other', exp: 1 }),
      await issuer.sign({ iss: 'https://other.example.com' }, { kid: 'other' }),
      `${good.slice(0, -6)}AAAAAA`,
      `${header}.${payload}`,
      `${good}.${good}`,
      `"${good}"`,
      `${good} ${good}`,
      `${good},${good}`,
      issuer.opaque({ aud: 'orders' }),
      `${CANARY}-and-more`,
      `Bearer ${CANARY}-and-more`,
      `${good}\0`,
      CANARY.repeat(60_000),
    ];
    for (const stdin of tokens) {
      const secrets = [
        ...secretsOf(stdin.replaceAll(/["\0]|Bearer /g, '')),
        CANARY,
        good.split('.')[2]!,
      ];
      for (const args of positionals.length > 0 ? [positionals] : files.map((file) => [file])) {
        for (const more of [[], ['--json']]) {
          const { output } = await runCli(
            [command, ...args, '--timeout', '2', ...more].filter(
              (each) => command !== 'init' || (each !== '--timeout' && each !== '2'),
            ),
            { stdin },
          );
          expect(output).not.toBe('');
          for (const secret of secrets) expect(output.includes(secret), `${output}`).toBe(false);
        }
      }
    }
  });
});
