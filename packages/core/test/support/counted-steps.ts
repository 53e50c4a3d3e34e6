import { Session } from 'node:inspector/promises';

/**
 * Counts how often blocks of code run, in the source files whose paths contain `path`. V8 counts only in code that
 * is loaded later: import it dynamically.
 */
export class StepCounter {
  readonly #session = new Session();
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  async start(): Promise<void> {
    this.#session.connect();
    await this.#session.post('Profiler.enable');
    await this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  /** Those of `run` alone. */
  async count(run: () => void): Promise<number> {
    await this.#take();
    run();
    return this.#take();
  }

  stop(): void {
    this.#session.disconnect();
  }

  /** Each count is since the last one. */
  async #take(): Promise<number> {
    const { result } = await this.#session.post('Profiler.takePreciseCoverage');
    return result
      .filter(({ url }) => url.includes(this.#path))
      .flatMap(({ functions }) => functions.flatMap(({ ranges }) => ranges))
      .reduce((sum, { count }) => sum + count, 0);
  }
}
