// What the command shows about five refusals, with a real server and a real provider.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type handleUnaryCall,
  Server,
  ServerCredentials,
  type ServerInterceptor,
} from '@grpc/grpc-js';
import { loadAuth } from '@grpc-authn/config';
import { startTestIssuer, type TestIssuer } from '@grpc-authn/testing';
import { type CliRun, runCli } from './cli.ts';

const METHOD = '/orders.v1.Orders/Get';

export interface RefusalScreen {
  /** As docs/why-refused.md names it. */
  readonly name: string;
  /** The command and what it printed. */
  readonly text: string;
}

interface Case {
  readonly name: string;
  /** The status and the reason that a client gets. */
  readonly refused: readonly [status: string, reason: string];
  token(issuers: { readonly own: TestIssuer; readonly other: TestIssuer }): Promise<string>;
}

const GOOD = { aud: 'orders', scope: 'orders:read' };

const CASES: readonly Case[] = [
  {
    name: 'expired',
    refused: ['UNAUTHENTICATED', 'TOKEN_EXPIRED'],
    token: ({ own }) => {
      const nowSeconds = Math.floor(Date.now() / 1000);
      return own.sign({ ...GOOD, iat: nowSeconds - 4200, exp: nowSeconds - 600 });
    },
  },
  {
    name: 'audience',
    refused: ['UNAUTHENTICATED', 'TOKEN_INVALID'],
    token: ({ own }) => own.sign({ ...GOOD, aud: 'billing' }),
  },
  {
    name: 'issuer',
    refused: ['UNAUTHENTICATED', 'TOKEN_INVALID'],
    token: ({ other }) => other.sign(GOOD),
  },
  {
    name: 'scope',
    refused: ['PERMISSION_DENIED', 'SCOPE_INSUFFICIENT'],
    token: ({ own }) => own.sign({ ...GOOD, scope: 'orders:list' }),
  },
];

/** Runs the command for each case. Asserts that the server refuses what the command explains. */
export async function refusalScreens(): Promise<readonly RefusalScreen[]> {
  const folder = await mkdtemp(join(tmpdir(), 'grpc-authn-screens-'));
  const own = await startTestIssuer();
  const other = await startTestIssuer();
  try {
    const file = join(folder, 'grpc-authn.yaml');
    await writeFile(
      file,
      `authenticator: { use: oidc, issuer: '${own.issuer}', audience: orders }
policy: { rules: { ${METHOD.slice(1)}: { scopes: [orders:read] } } }
`,
    );
    const screens: RefusalScreen[] = [];
    for (const each of CASES) {
      const stdin = await each.token({ own, other });
      await assertRefused(file, stdin, each.refused);
      const args = ['explain', '--method', METHOD];
      const shown = await runCli(args, { cwd: folder, stdin });
      assert.equal(shown.status, 1, shown.stderr);
      screens.push(screenOf(each.name, [...args, '< token'], shown));
    }
    const stdin = await own.sign(GOOD);
    await own.close();
    await assertRefused(file, stdin, ['UNAVAILABLE', 'AUTH_UNAVAILABLE']);
    const shown = await runCli(['check'], { cwd: folder });
    assert.equal(shown.status, 1, shown.stderr);
    return [...screens, screenOf('provider', ['check'], shown)];
  } finally {
    await Promise.all([own.close(), other.close()]);
    await rm(folder, { recursive: true, force: true });
  }
}

async function startServer(interceptor: ServerInterceptor): Promise<{
  readonly address: string;
  readonly handled: () => number;
  readonly stop: () => void;
}> {
  let handled = 0;
  const bytes = (message: Buffer): Buffer => message;
  const method = {
    path: METHOD,
    requestStream: false,
    responseStream: false,
    requestSerialize: bytes,
    requestDeserialize: bytes,
    responseSerialize: bytes,
    responseDeserialize: bytes,
  };
  const server = new Server({ interceptors: [interceptor] });
  const get: handleUnaryCall<Buffer, Buffer> = (_, respond) => {
    handled += 1;
    respond(null, Buffer.alloc(0));
  };
  server.addService({ get: method }, { get });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return {
    address: `127.0.0.1:${port}`,
    handled: () => handled,
    stop: () => server.forceShutdown(),
  };
}

async function assertRefused(
  file: string,
  token: string,
  [status, reason]: readonly [string, string],
): Promise<void> {
  const auth = await loadAuth({ file, report: () => undefined });
  const server = await startServer(auth.interceptor);
  try {
    const { stdout } = await runCli(['call', server.address, METHOD, '--json'], { stdin: token });
    const { attempts } = JSON.parse(stdout) as { readonly attempts: readonly object[] };
    const found = attempts.find((each) => 'sent' in each && each.sent === 'your token');
    const { status: seen, reason: why } = found as { readonly status: string; reason: string };
    assert.deepEqual([seen, why], [status, reason]);
    assert.equal(server.handled(), 0);
  } finally {
    server.stop();
    await auth.close();
  }
}

function screenOf(name: string, args: readonly string[], { stdout }: CliRun): RefusalScreen {
  return { name, text: `$ grpc-authn ${args.join(' ')}\n${stdout.trimEnd()}\n` };
}

/** Without what differs each time: ports, times and the names of keys. */
export function withoutVariables(text: string): string {
  return text
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replaceAll(/\b\d+ (m?s)\b/g, 'N $1')
    .replaceAll(/[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/g, 'KID');
}

/** Each screen in the document: a comment with its name, then a code block. */
export const SCREEN: RegExp = /(<!-- screen: (\w+) -->\n+```\n)([^]*?)(```\n)/g;
