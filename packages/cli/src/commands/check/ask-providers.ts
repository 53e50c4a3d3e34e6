import type { LoadedAuth } from '@grpc-authn/config';
import type { AuthEvent } from '@grpc-authn/core';
import { problemsOf } from '../../project/load-config.ts';
import { findingsIn, type ProviderReport } from './provider-report.ts';
import { type Question, questionsOf } from './questions.ts';
import { metadataIn, RequestRecorder } from './requests.ts';
import { Turns } from './turns.ts';

type Load = (report: (event: AuthEvent) => void) => Promise<LoadedAuth<object>>;

/** Enough for most configs, and few enough for any network. */
const MAX_AT_ONCE = 8;

/**
 * Asks the providers, at most eight at the same time, each for at most `timeoutMs`. The reports are in the order of
 * the file.
 */
export async function askProviders(
  load: Load,
  timeoutMs: number,
): Promise<readonly ProviderReport[]> {
  const recorder = new RequestRecorder();
  const open = <T>(work: (copy: ConfigCopy) => Promise<T>): Promise<T> =>
    recorder.inContext(async () => {
      const events: AuthEvent[] = [];
      const auth = await load((event) => events.push(event));
      try {
        return await work(new ConfigCopy({ auth, events, recorder, timeoutMs }));
      } finally {
        // A provider that hangs must not delay the end of the command.
        void auth.close().catch(() => undefined);
      }
    });
  const reports: ProviderReport[] = [];
  const turns = new Turns();
  const askInTurn = (copy: ConfigCopy): Promise<void> =>
    turns.each(copy.questions, async (question, index) => {
      reports[index] = await copy.ask(question);
    });
  try {
    return await open(async (first) => {
      const count = Math.min(MAX_AT_ONCE, first.questions.length);
      const others = Array.from({ length: count - 1 }, () => open(askInTurn));
      await Promise.all([askInTurn(first), ...others]);
      return [...reports, ...(await first.askConfirmations(reports))];
    });
  } finally {
    recorder.close();
  }
}

interface Copy {
  readonly auth: LoadedAuth<object>;
  /** What its authenticators have reported. */
  readonly events: readonly AuthEvent[];
  readonly recorder: RequestRecorder;
  readonly timeoutMs: number;
}

/** A copy of the config, which asks one provider at a time, so that each request belongs to a known provider. */
class ConfigCopy {
  readonly questions: readonly Question[];
  readonly #copy: Copy;

  constructor(copy: Copy) {
    this.#copy = copy;
    this.questions = questionsOf(copy.auth.authenticator);
  }

  async ask(question: Question): Promise<ProviderReport> {
    const { name, issuers, isTenant, note } = question;
    const { events, recorder, timeoutMs } = this.#copy;
    // All tenants have the same name.
    const first = isTenant ? events.length : 0;
    const startedMs = performance.now();
    let found: Problem | undefined;
    const requests = await recorder.record(async () => {
      found = await problemOf(question, timeoutMs);
    });
    const metadata = metadataIn(requests);
    return {
      authenticator: name,
      expectedIssuers: issuers,
      receivedIssuer: metadata?.issuer,
      announcedAlgorithms: metadata?.algorithms ?? [],
      requests,
      durationMs: Math.round(performance.now() - startedMs),
      note,
      problem: found?.problem,
      code: found?.code,
      ...findingsIn(events.slice(first).filter(({ authenticator }) => authenticator === name)),
    };
  }

  /** Those that only rules name (`confirmedBy`): they are ready when the config as a whole is. */
  async askConfirmations(asked: readonly ProviderReport[]): Promise<readonly ProviderReport[]> {
    if (asked.some(({ problem }) => problem !== undefined)) return [];
    const { auth, timeoutMs } = this.#copy;
    // Most of the others were asked by other copies.
    const rest = this.questions.filter(({ isTenant }) => !isTenant);
    const turns = new Turns();
    const makeReady = (): Promise<void> =>
      turns.each(rest, async (question) => void (await problemOf(question, timeoutMs)));
    await Promise.all(Array.from({ length: MAX_AT_ONCE }, makeReady));
    const report = await this.ask({
      name: 'confirmations',
      issuers: [],
      isTenant: false,
      ready: (signal) => auth.authenticator.ready(signal),
    });
    return report.requests.length > 0 || report.problem !== undefined ? [report] : [];
  }
}

type Problem = { readonly problem: string; readonly code?: string | undefined };

/** Undefined where the authenticator is ready. */
async function problemOf({ ready }: Question, timeoutMs: number): Promise<Problem | undefined> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Problem>((resolve) => {
    timer = setTimeout(() => {
      controller.abort();
      resolve({ problem: `no answer in ${timeoutMs / 1000} s` });
    }, timeoutMs);
  });
  const answered = async (): Promise<undefined> => {
    await ready?.(controller.signal);
    return undefined;
  };
  try {
    return await Promise.race([answered(), late]);
  } catch (error) {
    return shownCause(error);
  } finally {
    clearTimeout(timer);
  }
}

/** The message of the innermost error: that of the provider package says what was requested and received. */
function shownCause(error: unknown): Problem {
  let cause: unknown = error;
  while ((cause as Error | undefined)?.cause !== undefined) cause = (cause as Error).cause;
  const problems = problemsOf(cause);
  if (problems !== undefined) return { problem: problems.map(({ message }) => message).join('; ') };
  if (!(cause instanceof Error)) return { problem: 'it is not ready' };
  const { systemCode } = cause as { readonly systemCode?: string };
  return { problem: cause.message, code: systemCode };
}
