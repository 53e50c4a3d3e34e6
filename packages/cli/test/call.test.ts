import { createServer as createHttp2 } from 'node:http2';
import { createServer, type AddressInfo, type Server as NetServer } from 'node:net';
import { createServer as createTls } from 'node:tls';
import {
  createAuthInterceptor,
  definePolicy,
  reflection,
  publicMethod,
  requireScopes,
} from '@grpc-authn/core';
import { createHs256Authenticator } from '@grpc-authn/hs256';
import {
  type handleBidiStreamingCall,
  Server,
  ServerCredentials,
  type ServiceDefinition,
} from '@grpc/grpc-js';
import { createHmac, randomBytes } from 'node:crypto';
import { generate } from 'selfsigned';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { writeFiles } from './support/folder.ts';
import { OPEN_PIPE, runCli, runJson, type Stdin, TERMINAL } from './support/run-cli.ts';

const ISSUER = 'https://id.example.com';
const METHOD = '/orders.v1.Orders/Get';
const SECRET = randomBytes(32);

function sign(payload: object): string {
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
  const exp = Math.floor(Date.now() / 1000) + 300;
  const claims = { iss: ISSUER, aud: 'orders', sub: 'alice', exp, ...payload };
  const signed = `${encode({ alg: 'HS256' })}.${encode(claims)}`;
  return `${signed}.${createHmac('sha256', SECRET).update(signed).digest('base64url')}`;
}

const raw = (path: string, streaming: boolean): ServiceDefinition[string] => ({
  path,
  requestStream: streaming,
  responseStream: streaming,
  requestSerialize: (bytes: Buffer) => bytes,
  requestDeserialize: (bytes: Buffer) => bytes,
  responseSerialize: (bytes: Buffer) => bytes,
  responseDeserialize: (bytes: Buffer) => bytes,
});

interface Options {
  readonly credentials?: ServerCredentials;
  readonly withReflection?: 'open' | 'guarded';
}

/** A server that needs a scope. Returns its address and the number of calls that its handler saw. */
async function serve({ credentials, withReflection }: Options = {}): Promise<{
  readonly address: string;
  readonly handled: () => number;
}> {
  let handled = 0;
  const authenticator = createHs256Authenticator({
    secrets: [{ text: SECRET.toString('base64'), encoding: 'base64' }],
    issuer: ISSUER,
    audience: 'orders',
  });
  const policy = definePolicy(
    { 'orders.v1.Orders/Get': requireScopes('orders:read') },
    reflection(withReflection === 'open' ? publicMethod() : requireScopes('admin')),
  );
  const server = new Server({ interceptors: [createAuthInterceptor({ authenticator, policy })] });
  const answer = (_: unknown, respond: (error: null, value: Buffer) => void): void => {
    handled += 1;
    respond(null, Buffer.alloc(0));
  };
  server.addService({ get: raw(METHOD, false) }, { get: answer });
  if (withReflection !== undefined) {
    const path = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo';
    const echo = (call: NodeJS.ReadWriteStream): void => void call.pipe(call);
    server.addService({ info: raw(path, true) }, { info: echo });
  }
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(
      '127.0.0.1:0',
      credentials ?? ServerCredentials.createInsecure(),
      (error, bound) => (error === null ? resolve(bound) : reject(error)),
    );
  });
  onTestFinished(() => server.forceShutdown());
  return { address: `127.0.0.1:${port}`, handled: () => handled };
}

async function listen(server: NetServer): Promise<string> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => void server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

type Pem = Awaited<ReturnType<typeof generate>>;

const EXPIRED = { notBeforeDate: new Date('2020-01-01'), notAfterDate: new Date('2021-01-01') };

async function createAuthority(dates = {}): Promise<Pem> {
  return generate([{ name: 'commonName', value: 'authority' }], {
    ...dates,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, critical: true },
    ],
  });
}

async function certify({ private: key, cert }: Pem, dates = {}): Promise<Pem> {
  return generate([{ name: 'commonName', value: 'orders' }], {
    ...dates,
    ca: { key, cert },
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
  });
}

function tlsOf({ cert, private: key }: Pem): ServerCredentials {
  const pair = { cert_chain: Buffer.from(cert), private_key: Buffer.from(key) };
  return ServerCredentials.createSsl(null, [pair]);
}

describe('call', () => {
  it('shows the answers to no token, a broken one and the one on standard input', async () => {
    const { address, handled } = await serve();
    const stdin = sign({ scope: 'other' });
    const { status, stdout } = await runCli(['call', address, METHOD], { stdin });
    expect(status).toBe(1);
    expect(stdout).toMatch(
      /✓ no token: refused\n +status +UNAUTHENTICATED: .*\n +reason +TOKEN_MISSING\n +challenge +Bearer/,
    );
    expect(stdout).toMatch(
      /✓ a broken token: refused\n +status +UNAUTHENTICATED: .*\n +reason +TOKEN_INVALID/,
    );
    expect(stdout).toMatch(
      /✗ your token: refused\n +status +PERMISSION_DENIED: .*\n +reason +SCOPE_INSUFFICIENT/,
    );
    expect(stdout).toMatch(/scopes +orders:read/);
    expect(stdout).toContain('TLS  none');
    expect(stdout).toContain('the server has no reflection');
    expect(handled()).toBe(0);
  });

  it('has status 0 for a token that is accepted, and never runs the handler of a unary method', async () => {
    const { address, handled } = await serve();
    const stdin = sign({ scope: 'orders:read' });
    const { status, stdout } = await runCli(['call', address, METHOD], { stdin });
    expect(stdout).toMatch(/✓ your token: not refused/);
    expect(status).toBe(0);
    expect(handled()).toBe(0);
  });

  it('shows the same as data', async () => {
    const { address } = await serve();
    const stdin = sign({ exp: 1 });
    expect(await runJson(['call', address, METHOD], { stdin })).toMatchObject({
      status: 1,
      ok: false,
      connection: { tls: false },
      attempts: [
        { sent: 'no token', refused: true, reason: 'TOKEN_MISSING', stage: 'admission' },
        { sent: 'a broken token', refused: true, reason: 'TOKEN_INVALID' },
        { sent: 'your token', refused: true, reason: 'TOKEN_EXPIRED' },
      ],
      reflection: 'absent',
    });
  });

  it.each<readonly [string, string | Stdin]>([
    ['is a terminal', TERMINAL],
    ['is empty', ''],
  ])('needs no token: standard input %s', async (_, stdin) => {
    const { address } = await serve();
    const { status, stdout } = await runCli(['call', address, METHOD], { stdin });
    expect(status).toBe(0);
    expect(stdout).toContain('no token was given');
  });

  it('does not wait for a pipe into which nobody writes', async () => {
    const { address } = await serve();
    const args = ['call', address, METHOD, '--timeout', '0.5'];
    expect(await runCli(args, { stdin: OPEN_PIPE })).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('no token was given'),
    });
  });

  it.each([
    ['open', /! reflection is open to callers without a token/],
    ['guarded', /✓ reflection is refused without a token/],
  ] as const)(
    'shows whether reflection is open to callers without a token: %s',
    async (withReflection, expected) => {
      const { address } = await serve({ withReflection });
      const { stdout } = await runCli(['call', address, METHOD]);
      expect(stdout).toMatch(expected);
    },
  );

  it('connects by TLS, and shows the certificate', async () => {
    const authority = await createAuthority();
    const { address } = await serve({ credentials: tlsOf(await certify(authority)) });
    const { 'ca.pem': ca } = await writeFiles({ 'ca.pem': authority.cert });
    const { status, stdout } = await runCli(['call', address, METHOD, '--ca', ca]);
    expect(stdout).toMatch(/✓ {2}TLS +TLSv1\.3, certificate of orders, valid until/);
    expect(stdout).toContain('✓ no token: refused');
    expect(status).toBe(0);
  });

  it.each([
    [
      'the authority is unknown',
      {},
      undefined,
      /not trusted \((UNABLE|SELF_SIGNED|DEPTH)\w+\)\n +hint +pass the authority/,
    ],
    [
      'the certificate has expired',
      EXPIRED,
      'ca.pem',
      /not trusted \(CERT_HAS_EXPIRED\)\n +hint +a certificate of the chain has expired/,
    ],
  ])('sends no call where %s', async (_, dates, trusted, expected) => {
    const authority = await createAuthority();
    const { address } = await serve({ credentials: tlsOf(await certify(authority, dates)) });
    const files = await writeFiles({ 'ca.pem': authority.cert });
    const trust = trusted === undefined ? ['--tls'] : ['--ca', files['ca.pem']];
    const { status, stdout } = await runCli(['call', address, METHOD, ...trust], {
      stdin: sign({}),
    });
    expect(status).toBe(1);
    expect(stdout).toMatch(expected);
    expect(stdout).not.toContain('your token');
  });

  it('says that the authority of --ca has expired', async () => {
    const { 'ca.pem': ca } = await writeFiles({ 'ca.pem': (await createAuthority(EXPIRED)).cert });
    const { status, stderr } = await runCli(['call', '127.0.0.1:1', METHOD, '--ca', ca]);
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /--ca: the authority's certificate expired on .* 2021 GMT; get the current one/,
    );
  });

  it.each([
    ['is absent', undefined, /cannot be read \(ENOENT\)/],
    ['has no certificate', 'a-text', /received none in it/],
    ['has a broken one', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----', /broken/],
  ])('says that the file of --ca %s', async (_, text, expected) => {
    const { 'ca.pem': file } = await writeFiles({ 'ca.pem': text ?? 'x' });
    const ca = text === undefined ? `${file}.absent` : file;
    const { status, stderr } = await runCli(['call', '127.0.0.1:1', METHOD, '--ca', ca]);
    expect(status).toBe(2);
    expect(stderr).toMatch(expected);
  });

  it('says that the server needs TLS, or has none', async () => {
    const authority = await createAuthority();
    const { address } = await serve({ credentials: tlsOf(await certify(authority)) });
    expect(await runCli(['call', address, METHOD, '--timeout', '2'])).toMatchObject({
      status: 1,
      stdout: expect.stringMatching(/needs TLS.*\n +hint +check the port, or try --tls/),
    });
    const plain = await serve();
    expect(await runCli(['call', plain.address, METHOD, '--tls', '--timeout', '2'])).toMatchObject({
      status: 1,
      stdout: expect.stringMatching(/does not speak TLS.*\n +hint +try without --tls/),
    });
  });

  it.each([
    [
      'speaks HTTP/1.1',
      () =>
        createServer(
          (socket) =>
            void socket.on('error', () => undefined).end('HTTP/1.1 400 Bad Request\r\n\r\n'),
        ),
    ],
    ['closes each connection', () => createServer((socket) => void socket.destroy())],
    [
      'says nothing',
      () => createServer((socket) => void socket.on('error', () => undefined).resume()),
    ],
  ])('says that a server that %s is no gRPC server', async (_, create) => {
    const address = await listen(create());
    const { status, stdout } = await runCli(['call', address, METHOD, '--timeout', '0.5'], {
      stdin: sign({}),
    });
    expect(status).toBe(1);
    expect(stdout).toContain('it is no gRPC server, or needs TLS');
    expect(stdout).toContain('check the port, or try --tls');
  });

  it('says that a server without HTTP/2 behind TLS is no gRPC server', async () => {
    const authority = await createAuthority();
    const { cert, private: key } = await certify(authority);
    const address = await listen(createTls({ cert, key, ALPNProtocols: ['http/1.1'] }));
    const { 'ca.pem': ca } = await writeFiles({ 'ca.pem': authority.cert });
    const { status, stdout } = await runCli([
      'call',
      address,
      METHOD,
      '--ca',
      ca,
      '--timeout',
      '2',
    ]);
    expect(status).toBe(1);
    expect(stdout).toMatch(/it is no gRPC server: it does not offer HTTP\/2 \(ALPN h2\)/);
    expect(stdout).toMatch(/hint +check the port\n/);
  });

  it('shows what a web server on HTTP/2 answers', async () => {
    const address = await listen(
      createHttp2((_, response) => void response.writeHead(404).end('<html>')),
    );
    const { status, stdout } = await runCli(['call', address, METHOD], { stdin: sign({}) });
    expect(status).toBe(1);
    expect(stdout).toContain('it is no gRPC server');
  });

  it('says that nothing listens there', async () => {
    expect(await runCli(['call', '127.0.0.1:1', METHOD], { stdin: sign({}) })).toMatchObject({
      status: 1,
      stdout: expect.stringMatching(
        /nothing listens there \(ECONNREFUSED\)\n +hint +start the server/,
      ),
    });
  });

  it('sends no token in clear text to another host', async () => {
    const { status, stderr } = await runCli(
      ['call', '192.0.2.1:50051', METHOD, '--timeout', '0.2'],
      {
        stdin: sign({}),
      },
    );
    expect(status).toBe(2);
    expect(stderr).toContain('the token would cross the network in clear text: use --tls');
  });

  /** Its answer to each call; it sees the value of `authorization`. */
  async function serveAnswer(answer: (authorization: string) => string): Promise<string> {
    const server = new Server();
    const get: handleBidiStreamingCall<Buffer, Buffer> = (call) => {
      const details = answer(String(call.metadata.get('authorization')[0]));
      call.emit('error', Object.assign(new Error(details), { code: 16, details }));
    };
    server.addService({ get: raw(METHOD, true) }, { get });
    const port = await new Promise<number>((resolve) => {
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (_, bound) =>
        resolve(bound),
      );
    });
    onTestFinished(() => server.forceShutdown());
    return `127.0.0.1:${port}`;
  }

  it('does not print a token that the server repeats', async () => {
    const token = sign({ scope: 'canary-5up3r' });
    const address = await serveAnswer((authorization) => `no: ${authorization}`);
    for (const more of [[], ['--json']]) {
      const { output } = await runCli(['call', address, METHOD, ...more], { stdin: token });
      expect(output).toContain('no: Bearer [token]');
      for (const part of token.split('.')) expect(output).not.toContain(part);
    }
  });

  it.each([
    ['with a quote and a backslash', String.raw`opaque"quoted\token-1234567`],
    ['of six characters', 'short1'],
  ])('does not print an opaque token %s that the server repeats', async (_, token) => {
    const address = await serveAnswer((authorization) => `no: ${authorization}`);
    for (const more of [[], ['--json']]) {
      const { output } = await runCli(['call', address, METHOD, ...more], { stdin: token });
      expect(output).toContain('no: Bearer [token]');
    }
  });

  it.each([
    ['a C1 control sequence', '\u009b31m'],
    ['DEL', '\u007f'],
    ['a right-to-left override', '\u202e'],
    ['an Arabic letter mark', '\u061c'],
  ])('prints no character of the server that changes the terminal: %s', async (_, character) => {
    const address = await serveAnswer(() => `no${character}`);
    for (const more of [[], ['--json']]) {
      const { output } = await runCli(['call', address, METHOD, ...more]);
      expect(output).toContain('no');
      expect(output).not.toContain(character.slice(0, 1));
    }
    const { attempts } = await runJson(['call', address, METHOD]);
    expect(JSON.stringify(attempts)).toContain(`no${character}`);
  });

  it('sends no token to a proxy of the environment', async () => {
    const requests: string[] = [];
    const proxy = createServer((socket) =>
      socket.on('data', (data) => requests.push(String(data))),
    );
    const url = await new Promise<string>((resolve) => {
      proxy.listen(0, '127.0.0.1', () =>
        resolve(`http://127.0.0.1:${(proxy.address() as AddressInfo).port}`),
      );
    });
    onTestFinished(() => void proxy.close());
    vi.stubEnv('http_proxy', url);
    vi.stubEnv('grpc_proxy', url);
    const address = await serveAnswer(() => 'no');
    const { output } = await runCli(['call', address, METHOD], { stdin: sign({}) });
    vi.unstubAllEnvs();
    expect(output).toContain('UNAUTHENTICATED');
    expect(requests).toEqual([]);
  });

  it('does not send a token that is larger than any server accepts', async () => {
    const { address } = await serve();
    const { status, output } = await runCli(['call', address, METHOD], {
      stdin: 'A'.repeat(1024 * 1024),
    });
    expect(status).toBe(1);
    expect(output).toContain(
      'expected a token of at most 65536 bytes, received 1048576 bytes: no server accepts it',
    );
    expect(output).not.toContain('AAAA');
  });

  it('says that the server may not have the method', async () => {
    const { address } = await serve();
    const { status, stdout } = await runCli(['call', address, '/orders.v1.Orders/Gett'], {
      stdin: sign({ scope: 'orders:read' }),
    });
    expect(status).toBe(0);
    expect(stdout).toMatch(/! no token: not refused/);
    expect(stdout).toContain(
      'the server answers UNIMPLEMENTED without a token: check the name of the method; a public unary method also answers so',
    );
    const known = await runCli(['call', address, METHOD], {
      stdin: sign({ scope: 'orders:read' }),
    });
    expect(known.stdout).not.toContain('check the name of the method');
  });

  it('refuses a token that metadata cannot have, with status 2', async () => {
    const { status, output } = await runCli(['call', '127.0.0.1:1', METHOD], {
      stdin: 'tökén-tökén',
    });
    expect(status).toBe(2);
    expect(output).toContain('expected a token of visible ASCII characters');
    expect(output).not.toContain('tökén');
  });
});
