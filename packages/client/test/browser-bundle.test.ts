import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';
import { describe, expect, it } from 'vitest';

const SRC = join(import.meta.dirname, '../src');
/** What @grpc-authn/client may cost a page, minified and compressed. */
const MAX_GZIPPED_BYTES = 5000;
/** What the packages use of a page. */
const PAGE = {
  AbortController,
  AbortSignal,
  clearTimeout,
  Headers,
  setTimeout,
  TextDecoder,
  TextEncoder,
  URL,
};

interface Bundle {
  readonly code: string;
  readonly imports: readonly string[];
  readonly modules: readonly string[];
}

/** As for a page: everything in one script, whose exports are in `client`. */
async function bundleFor(entry: string): Promise<Bundle> {
  const bundle = await rolldown({
    input: join(SRC, entry),
    platform: 'browser',
    resolve: { conditionNames: ['@grpc-authn/source', 'browser', 'import', 'default'] },
    // A module of Node.js would be left as an import.
    onLog: () => undefined,
  });
  const { output } = await bundle.generate({ format: 'iife', name: 'client', minify: true });
  const [{ code, imports, dynamicImports, moduleIds }, ...others] = output;
  expect(others).toEqual([]);
  return { code, imports: [...imports, ...dynamicImports], modules: moduleIds };
}

/** The value of an expression in a page that has loaded the bundle, and nothing of Node.js. */
async function runInPage(code: string, expression: string): Promise<unknown> {
  return runInContext(`${code};${expression}`, createContext({ ...PAGE }));
}

describe.each(['index.ts', 'connect.ts'])('%s, bundled for a browser', (entry) => {
  it('has no module of Node.js', async () => {
    const { imports, modules, code } = await bundleFor(entry);
    expect(imports).toEqual([]);
    expect(modules.filter((id) => id.startsWith('node:') || /grpc-js/.test(id))).toEqual([]);
    expect(code).not.toMatch(/\brequire\(|\bBuffer\b|node:/);
  });
});

it('the bundle of @grpc-authn/client has at most 5 kB', async () => {
  const { code } = await bundleFor('index.ts');
  const bytes = gzipSync(code).length;
  process.stdout.write(
    `@grpc-authn/client for a browser: ${bytes} bytes, minified and compressed\n`,
  );
  expect(bytes).toBeLessThanOrEqual(MAX_GZIPPED_BYTES);
});

describe('in a page', () => {
  it('a token source works', async () => {
    const { code } = await bundleFor('index.ts');
    const token = "client.createTokenSource(async () => ({ token: 'abc' })).get()";
    expect(await runInPage(code, token)).toEqual({ token: 'abc' });
  });

  it('the interceptor of Connect attaches the token', async () => {
    const { code } = await bundleFor('connect.ts');
    const source =
      "{ get: async () => ({ token: 'abc' }), invalidate() {}, close: async () => {} }";
    const request =
      "{ url: 'https://orders.example.com/', header: new Headers(), method: { methodKind: 'unary' }, stream: false }";
    const sent = `client.createConnectTokenInterceptor(${source})(
      async (request) => request.header.get('authorization'))(${request})`;
    expect(await runInPage(code, sent)).toBe('Bearer abc');
  });
});
