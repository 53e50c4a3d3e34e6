import { PassThrough, Writable } from 'node:stream';
import { adapter as hs256 } from '@grpc-authn/hs256/adapter';
import { adapter as introspection } from '@grpc-authn/introspection/adapter';
import { adapter as jwks } from '@grpc-authn/jwks/adapter';
import { byTrustedIssuerAdapter } from '@grpc-authn/jwt/adapter';
import { adapter as oidc } from '@grpc-authn/oidc/adapter';
import { run } from '../../src/run.ts';

export type Stdin = typeof TERMINAL | typeof OPEN_PIPE;
export const TERMINAL: unique symbol = Symbol('terminal');
/** Nobody writes into it. */
export const OPEN_PIPE: unique symbol = Symbol('open pipe');

export interface CliOptions {
  /** What standard input has; default nothing. */
  readonly stdin?: string | Uint8Array | Stdin;
  /** True for a terminal; default pipes. */
  readonly terminal?: boolean;
  readonly variables?: Readonly<Record<string, string>>;
}

export interface CliResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Both. */
  readonly output: string;
}

/** Runs a command in this process. */
export async function runCli(
  args: readonly string[],
  { stdin = '', terminal = false, variables = {} }: CliOptions = {},
): Promise<CliResult> {
  const input = stdin === TERMINAL ? createTerminal() : new PassThrough();
  if (stdin !== TERMINAL && stdin !== OPEN_PIPE) input.end(stdin);
  const [stdout, stderr] = [createSink(terminal), createSink(terminal)];
  const status = await run(args, {
    stdin: input,
    stdout,
    stderr,
    variables,
    adapters: [hs256, introspection, jwks, oidc, byTrustedIssuerAdapter],
  });
  const [out, err] = [stdout.text(), stderr.text()];
  return { status, stdout: out, stderr: err, output: out + err };
}

/** The document that a command prints with --json. */
export async function runJson(
  args: readonly string[],
  options: CliOptions = {},
): Promise<Readonly<Record<string, unknown>> & { readonly status: number }> {
  const { status, stdout } = await runCli([...args, '--json'], options);
  return { ...(JSON.parse(stdout) as Record<string, unknown>), status };
}

/** Somebody types into it. */
export function createTerminal(): PassThrough {
  return Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined });
}

export interface Sink extends Writable {
  text(): string;
}

/** Stores what is written; a terminal by default. */
export function createSink(isTTY = true): Sink {
  const chunks: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk.toString());
      done();
    },
  });
  const size = { columns: 80, rows: 24 };
  return Object.assign(stream, { ...(isTTY && { isTTY, ...size }), text: () => chunks.join('') });
}
