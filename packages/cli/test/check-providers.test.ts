import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { writeFiles } from './support/folder.ts';
import { openProviders } from './support/providers.ts';
import { runCli, runJson } from './support/run-cli.ts';

const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const jwk = publicKey.export({ format: 'jwk' });

/** The key of each issuer is named after it. */
function keyOf(kid: string): object {
  return { ...jwk, kid, alg: 'ES256' };
}

async function writeYaml(text: string): Promise<string> {
  const { 'grpc-authn.yaml': file } = await writeFiles({ 'grpc-authn.yaml': text });
  return file;
}

/** An authenticator for each name, in this order. */
function anyOf(names: readonly string[], issuer: (name: string) => string): Promise<string> {
  const specs = names.map(
    (name) => `  ${name}: { use: oidc, issuer: '${issuer(name)}', audience: a }`,
  );
  return writeYaml(
    `authenticators:\n${specs.join('\n')}\nauthenticator: { use: anyOf, of: [${names.join(', ')}] }\n`,
  );
}

interface Shown {
  readonly name: string;
  readonly ok: boolean;
  readonly note?: string;
  readonly problem?: string;
  readonly issuer: { readonly expected: readonly string[]; readonly received?: string };
  readonly algorithms: { readonly accepted?: readonly string[] };
  readonly requests: readonly { readonly url: string }[];
  readonly keys: { readonly used: readonly { readonly kid: string }[] };
}

async function providersOf(file: string): Promise<readonly Shown[]> {
  const { providers } = await runJson(['check', file, '--timeout', '5']);
  return providers as readonly Shown[];
}

describe('check', () => {
  it('shortens what a provider announces, and omits queries', async () => {
    const long = 'k'.repeat(2000);
    const providers = await openProviders(() => keyOf(long), {
      metadata: {
        issuer: 'https://evil.example?q=canary',
        id_token_signing_alg_values_supported: Array.from({ length: 100 }, () => long),
      },
    });
    const file = await anyOf(['a'], providers.issuer);
    for (const more of [[], ['--json']]) {
      const { output } = await runCli(['check', file, '--timeout', '5', ...more]);
      expect(output).toContain('https://evil.example?…');
      expect(output).not.toContain('canary');
      expect(output.length).toBeLessThan(20_000);
    }
  });

  it('asks eight providers at the same time, and no more', async () => {
    const names = Array.from({ length: 11 }, (_, index) => `p${index}`);
    const providers = await openProviders(keyOf, { together: 8 });
    const shown = await providersOf(await anyOf(names, providers.issuer));
    expect(shown.map(({ ok }) => ok)).toEqual(names.map(() => true));
    expect(providers.mostWaiting).toBe(8);
  });

  it('shows providers in the order of the file, each with its own requests and keys', async () => {
    const names = ['c', 'a', 'b'];
    const providers = await openProviders(keyOf, { together: 3 });
    const shown = await providersOf(await anyOf(names, providers.issuer));
    expect(shown).toMatchObject(
      names.map((name) => ({
        name,
        ok: true,
        issuer: { received: providers.issuer(name) },
        requests: [
          { url: `${providers.issuer(name)}/.well-known/openid-configuration` },
          { url: `${providers.issuer(name)}/jwks` },
        ],
        keys: { used: [{ kid: name }] },
      })),
    );
    expect(shown.map(({ requests }) => requests.length)).toEqual([2, 2, 2]);
  });

  it('asks the provider that only a rule names, once the others are ready', async () => {
    const providers = await openProviders(keyOf);
    const issuer = providers.issuer('confirming');
    const specs = ['a', 'b'].map(
      (name) => `  ${name}: { use: oidc, issuer: '${providers.issuer(name)}', audience: a }`,
    );
    const file = await writeYaml(`authenticators:
${specs.join('\n')}
  confirming: { use: oidc, issuer: '${issuer}', audience: a }
authenticator: { use: anyOf, of: [a, b] }
policy: { rules: { orders.v1.Orders/Get: { confirmedBy: confirming } } }
`);
    const shown = await providersOf(file);
    expect(shown.map(({ name }) => name)).toEqual(['a', 'b', 'confirmations']);
    expect(shown[2]?.requests.map(({ url }) => url)).toEqual([
      `${issuer}/.well-known/openid-configuration`,
      `${issuer}/jwks`,
    ]);
  });
});

describe('check of tenants', () => {
  const tenants = (address: string, list: string, more = ''): Promise<string> =>
    writeYaml(`authenticators:
  tenants:
    use: byTrustedIssuer
    issuers: ['${address}/{tenant}']
    tenants: ${list}
    each: { use: oidc, audience: orders${more} }
authenticator: tenants
`);

  it('asks the issuer of each tenant in the file', async () => {
    const providers = await openProviders(keyOf, { down: ['beta'] });
    const file = await tenants(providers.address, '[acme, beta, gamma]');
    const shown = await providersOf(file);
    expect(shown).toMatchObject([
      {
        name: 'tenants',
        ok: true,
        issuer: { expected: [providers.issuer('acme')] },
        keys: { used: [{ kid: 'acme' }] },
      },
      {
        name: 'tenants',
        ok: false,
        issuer: { expected: [providers.issuer('beta')] },
        problem: expect.stringContaining('500'),
      },
      {
        name: 'tenants',
        ok: true,
        issuer: { expected: [providers.issuer('gamma')] },
        keys: { used: [{ kid: 'gamma' }] },
      },
    ]);
    const { status, stdout } = await runCli(['check', file]);
    expect(status).toBe(1);
    expect(stdout).toContain('1 of 3 authenticators cannot verify tokens');
    expect(stdout).toContain(`${providers.issuer('gamma')}, as expected`);
  });

  it('compares their keys with the accepted algorithms', async () => {
    const providers = await openProviders(keyOf);
    const file = await tenants(providers.address, '[acme]', ', algorithms: [RS256]');
    const [acme] = await providersOf(file);
    expect(acme).toMatchObject({
      ok: false,
      problem: expect.stringContaining('no key has an accepted algorithm'),
    });
  });

  it('says that tenants which are not listed cannot be checked, and why', async () => {
    const providers = await openProviders(keyOf);
    const file = await tenants(providers.address, 'any');
    const { status, stdout } = await runCli(['check', file]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/! tenants {2}not checked\n/);
    expect(stdout).toMatch(
      /the file lists no tenants \(tenants: any\).+known from its first token/,
    );
    expect(await providersOf(file)).toMatchObject([
      {
        name: 'tenants',
        ok: true,
        note: expect.stringContaining('lists no tenants'),
        requests: [],
      },
    ]);
  });
});
