import type { TestIssuer } from '@grpc-authn/testing';
import { describe, expect, it } from 'vitest';
import { newPath, openIssuer, writeConfig, writeFiles } from './support/folder.ts';
import { runCli } from './support/run-cli.ts';

const CANARY = 'canary-5up3r-s3cret';

describe('no command prints a token, a part of it, or a secret of the config', () => {
  it.each<readonly [string, readonly string[], boolean]>([
    ['explain', ['--timeout', '2'], true],
    ['can-i', ['--timeout', '2'], true],
    ['check', ['--timeout', '2'], true],
    ['call', ['127.0.0.1:1', 'a.B/C'], false],
    ['init', ['auth0', '--set', `AUTH0_DOMAIN=${CANARY}`], false],
  ])('%s', async (command, args, takesFile) => {
    const issuer = await openIssuer();
    const files = takesFile ? (await configsOf(issuer)).map((file) => [file]) : [[]];
    const good = await issuer.sign({ aud: 'orders', scope: 'orders:read' });
    for (const stdin of await tokensOf(issuer, good)) {
      const secrets = [CANARY, ...secretsOf(stdin), ...secretsOf(good)];
      for (const file of files) {
        for (const more of [[], ['--json']]) {
          const { output } = await runCli([command, ...file, ...args, ...more], { stdin });
          expect(output).not.toBe('');
          for (const secret of secrets) expect(output.includes(secret), output).toBe(false);
        }
      }
    }
  });
});

/** Segments that are short are ordinary text. */
function secretsOf(sent: string): readonly string[] {
  const token = sent.replaceAll(/["\0]|^Bearer /g, '');
  return [token, ...token.split(/[. ,]/)].filter((part) => part.length > 8);
}

async function configsOf({ issuer }: TestIssuer): Promise<readonly string[]> {
  const {
    'opaque.yaml': opaque,
    'keys.yaml': keys,
    'wrong.yaml': wrong,
  } = await writeFiles({
    'opaque.yaml': `authenticator:
  use: introspection
  issuer: ${issuer}
  audience: orders
  clientId: orders
  clientAuthentication: { method: client_secret_basic, secret: ${CANARY} }
`,
    'keys.yaml': `authenticator:
  use: jwks
  jwks: { url: '${issuer}/jwks?key=${CANARY}' }
  issuer: ${issuer}
  audience: orders
`,
    'wrong.yaml': `authenticator: { use: hs256, secrets: [${CANARY}] }`,
  });
  const jwt = [await writeConfig(issuer), await writeConfig('http://127.0.0.1:1')];
  return [...jwt, opaque, keys, wrong, await newPath('absent.yaml')];
}

/** Good ones, wrong ones and no tokens at all. */
async function tokensOf(issuer: TestIssuer, good: string): Promise<readonly string[]> {
  const [header, payload] = good.split('.');
  return [
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
    // Other tokens in claims that are shown.
    await issuer.sign({ aud: 'orders', sub: good, client_id: good, scope: `orders:read ${good}` }),
    `${CANARY}-and-more`,
    `Bearer ${CANARY}-and-more`,
    `${good}\0`,
    CANARY.repeat(60_000),
  ];
}
