import type { AuthEvent, Authenticator } from '@grpc-authn/core';
import { problemsOf } from '../../project/load-config.ts';
import { metadataIn, type ProviderRequest, RequestRecorder } from './requests.ts';

export interface UsedKey {
  readonly kid: string | null;
  /** null for an RSA key without `alg`. */
  readonly alg: string | null;
}
export interface LeftOutKey {
  readonly kid: string | null;
  readonly why: string;
}

/** What one authenticator found out about its provider. */
export interface ProviderReport {
  readonly authenticator: string;
  readonly expectedIssuers: readonly string[];
  /** Of the metadata; undefined where none was read. */
  readonly receivedIssuer: string | undefined;
  /** Those that the metadata announces. */
  readonly announcedAlgorithms: readonly string[];
  readonly requests: readonly ProviderRequest[];
  readonly durationMs: number;
  /** Undefined if it is ready. */
  readonly problem: string | undefined;
  readonly used: readonly UsedKey[];
  readonly leftOut: readonly LeftOutKey[];
  /** Other events that it reported, such as a proxy in use. */
  readonly events: readonly string[];
}

/** Asks one provider after the other, each for at most `timeoutMs`. `events` gains what the authenticators report. */
export async function askProviders(
  root: Authenticator<object>,
  events: readonly AuthEvent[],
  timeoutMs: number,
): Promise<readonly ProviderReport[]> {
  const recorder = new RequestRecorder();
  try {
    const reports: ProviderReport[] = [];
    for (const leaf of leavesOf(root)) {
      reports.push(await ask(leaf, recorder, events, timeoutMs));
    }
    return [...reports, ...(await askOthers(root, reports, recorder, timeoutMs))];
  } finally {
    recorder.close();
  }
}

/** Those that only rules name (`confirmedBy`): they are ready when the config as a whole is. */
async function askOthers(
  root: Authenticator<object>,
  asked: readonly ProviderReport[],
  recorder: RequestRecorder,
  timeoutMs: number,
): Promise<readonly ProviderReport[]> {
  if (asked.some(({ problem }) => problem !== undefined)) return [];
  const others = { name: 'confirmations', ready: (signal?: AbortSignal) => root.ready?.(signal) };
  const report = await ask(others as Authenticator<object>, recorder, [], timeoutMs);
  return report.requests.length > 0 || report.problem !== undefined ? [report] : [];
}

async function ask(
  leaf: Authenticator<object>,
  recorder: RequestRecorder,
  events: readonly AuthEvent[],
  timeoutMs: number,
): Promise<ProviderReport> {
  const startedMs = performance.now();
  let problem: string | undefined;
  const requests = await recorder.record(async () => {
    problem = await problemOf(leaf, timeoutMs);
  });
  const durationMs = Math.round(performance.now() - startedMs);
  const metadata = metadataIn(requests);
  const own = events.filter(({ authenticator }) => authenticator === leaf.name);
  return {
    authenticator: leaf.name,
    expectedIssuers: leaf.issuers ?? [],
    receivedIssuer: metadata?.issuer,
    announcedAlgorithms: metadata?.algorithms ?? [],
    requests,
    durationMs,
    problem,
    used: own.filter(isRefresh).flatMap(keysIn) as readonly UsedKey[],
    leftOut: own
      .filter(({ type }) => type === 'keys_discarded')
      .flatMap(keysIn) as readonly LeftOutKey[],
    events: own.filter(({ type }) => !type.startsWith('keys_')).map((event) => event.type),
  };
}

/** Undefined where the authenticator is ready. */
async function problemOf(
  leaf: Authenticator<object>,
  timeoutMs: number,
): Promise<string | undefined> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => {
      controller.abort();
      resolve(`no answer in ${timeoutMs / 1000} s`);
    }, timeoutMs);
  });
  try {
    const ready = async (): Promise<string | undefined> => {
      await leaf.ready?.(controller.signal);
      return undefined;
    };
    return await Promise.race([ready(), late]);
  } catch (error) {
    return shownCause(error);
  } finally {
    clearTimeout(timer);
  }
}

/** The message of the innermost error: that of the provider package says what was requested and received. */
function shownCause(error: unknown): string {
  let cause: unknown = error;
  while ((cause as Error | undefined)?.cause !== undefined) cause = (cause as Error).cause;
  const problems = problemsOf(cause);
  if (problems !== undefined) return problems.map(({ message }) => message).join('; ');
  return cause instanceof Error ? cause.message : 'it is not ready';
}

function isRefresh({ type }: AuthEvent): boolean {
  return type === 'keys_refreshed' || type === 'keys_recovered';
}

/** The `keys` of an event, as the adapters document them. */
function keysIn({ detail }: AuthEvent): readonly object[] {
  const keys: unknown = detail?.['keys'];
  return Array.isArray(keys) ? (keys as readonly object[]) : [];
}

/** The authenticators that verify: those inside compositions, caches and wrappers. */
function leavesOf(root: Authenticator<object>): ReadonlySet<Authenticator<object>> {
  const children = root.traits?.children ?? [];
  if (children.length === 0) return new Set([root]);
  return new Set(children.flatMap((child) => [...leavesOf(child)]));
}
