// nginx (Debian's package) with the configuration of docs/servers/nginx.md.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Pem } from './client-certificates.ts';

const PAGE = fileURLToPath(new URL('../../../../docs/servers/nginx.md', import.meta.url));
const MAX_START_MS = 30_000;
/** nginx is in /usr/sbin, which is not on every PATH. */
const env = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin` };

/** Why it cannot be started here; undefined where it can. */
export function whyNoNginx(): string | undefined {
  const { status, stderr } = spawnSync('nginx', ['-V'], { encoding: 'utf8', env });
  if (status !== 0) return 'nginx is not installed';
  return stderr.includes('--with-http_v2_module') ? undefined : 'nginx was built without HTTP/2';
}

export interface Nginx {
  readonly port: number;
  stop(): Promise<void>;
}

export interface NginxOptions {
  /** Of the gRPC server behind it, on 127.0.0.1. */
  readonly serverPort: number;
  readonly certificate: Pem;
  /** More directives of the server block. */
  readonly directives?: string;
}

/** One process, in the foreground, with all of its files in a folder of its own. */
export async function startNginx(options: NginxOptions): Promise<Nginx> {
  const folder = mkdtempSync(join(tmpdir(), 'grpc-authn-nginx-'));
  const port = await freePort();
  const { certificate } = options;
  writeFileSync(join(folder, 'server.pem'), certificate.cert);
  writeFileSync(join(folder, 'server.key'), certificate.private);
  mkdirSync(join(folder, 'temp'));
  writeFileSync(join(folder, 'nginx.conf'), configFor(folder, port, options));
  const args = ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr'];
  const nginx = spawn('nginx', args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let printed = '';
  nginx.stderr.on('data', (text: Buffer) => (printed += text.toString()));
  const stop = async (): Promise<void> => {
    if (nginx.exitCode === null && nginx.kill()) await once(nginx, 'exit');
    rmSync(folder, { recursive: true, force: true });
  };
  const endMs = Date.now() + MAX_START_MS;
  while (!(await isListening(port))) {
    if (nginx.exitCode !== null || Date.now() > endMs) {
      await stop();
      throw new Error(`nginx did not start: ${printed}`);
    }
    await wait(20);
  }
  return { port, stop };
}

function configFor(
  folder: string,
  port: number,
  { serverPort, directives = '' }: NginxOptions,
): string {
  const [, page = ''] = /^```nginx grpc\.conf\n(.*?)^```$/ms.exec(readFileSync(PAGE, 'utf8')) ?? [];
  const changes: readonly (readonly [string, string])[] = [
    ['listen 443 ssl', `${directives}\n  listen 127.0.0.1:${port} ssl`],
    ['/etc/nginx/tls/server.pem', join(folder, 'server.pem')],
    ['/etc/nginx/tls/server.key', join(folder, 'server.key')],
    ['127.0.0.1:50051', `127.0.0.1:${serverPort}`],
  ];
  let server = page;
  for (const [text, own] of changes) {
    if (server.split(text).length !== 2) throw new Error(`expected "${text}" once in ${PAGE}`);
    server = server.replace(text, () => own);
  }
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((kind) => `${kind}_temp_path ${join(folder, 'temp', kind)};`)
    .join('\n');
  return `daemon off;
master_process off;
pid ${join(folder, 'nginx.pid')};
events {}
http {
access_log off;
${temp}
${server}}
`;
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  return port;
}
