import type { HeaderOptions, LimitOptions } from '@grpc-authn/core/authenticator';
import { readBearerFormat, readLimits, readTimeout } from '@grpc-authn/core/internal';
import type { ConfigSpec } from '../schema/config-schema.ts';
import type { Problems } from './problems.ts';

/** Where the guard finds tokens, how many calls may wait and how long: the file's values, else the defaults. */
export interface GuardSettings {
  readonly credentials: Required<HeaderOptions>;
  readonly limits: Required<Omit<LimitOptions, 'peerOf'>>;
  readonly timeoutMs: number;
}

/** The options of loadAuth() that a file may have instead. */
export interface GuardOptions {
  readonly credentials?: unknown;
  readonly limits?: LimitOptions;
  readonly timeoutMs?: number;
}

/** An option that both the file and the code set is a problem: neither silently replaces the other. */
export function guardSettings(
  { credentials, limits = {}, timeoutMs }: ConfigSpec,
  code: GuardOptions,
  problems: Problems,
): GuardSettings {
  if (credentials !== undefined && code.credentials !== undefined) {
    problems.add(['credentials'], SET_TWICE);
  }
  if (timeoutMs !== undefined && code.timeoutMs !== undefined) {
    problems.add(['timeoutMs'], SET_TWICE);
  }
  for (const name of ['maxWaiting', 'maxWaitingPerPeer'] as const) {
    const isTwice = limits[name] !== undefined && code.limits?.[name] !== undefined;
    if (isTwice) problems.add(['limits', name], SET_TWICE);
  }
  const { header = 'authorization', maxTokenBytes } = credentials ?? {};
  // Some proxies send the token in a header of its own, without a scheme.
  const { bare = header !== 'authorization' } = credentials ?? {};
  const { maxWaiting, maxWaitingPerPeer } = readLimits({ ...code.limits, ...defined(limits) });
  return {
    credentials: { header, ...readBearerFormat({ bare, ...defined({ maxTokenBytes }) }) },
    limits: { maxWaiting, maxWaitingPerPeer },
    timeoutMs: readTimeout(timeoutMs ?? code.timeoutMs),
  };
}

const SET_TWICE = 'expected it here or in the options of loadAuth(), received both';

type Defined<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

function defined<T extends object>(options: T): Defined<T> {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Defined<T>;
}
