import type { Readable, Writable } from 'node:stream';
import type { AuthenticatorAdapter } from '@grpc-authn/config/adapter';

/** What a command reads and writes, apart from files and the network. */
export interface Env {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly isTTY?: boolean };
  readonly stderr: Writable & { readonly isTTY?: boolean };
  /** The environment variables. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Adapters that are not looked up beside the config file. */
  readonly adapters?: readonly AuthenticatorAdapter[];
}
