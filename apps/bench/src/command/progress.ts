import type { Job } from './jobs.ts';
import { RemainingTime } from './remaining-time.ts';

/** Without a terminal, a line this often is enough. */
const QUIET_MS = 30_000;

/**
 * On a terminal one line that is overwritten; elsewhere a line for each experiment, and another at
 * intervals.
 */
export class Progress {
  readonly #startedMs = Date.now();
  readonly #total: number;
  readonly #live = process.stdout.isTTY;
  /** Undefined if experiments do not take their usual time, as with other options. */
  readonly #remaining: RemainingTime | undefined;
  readonly #begunMs = new Map<Job, number>();
  #printedMs = 0;

  constructor(jobs: readonly Job[], usual: boolean) {
    this.#total = jobs.length;
    const seconds = jobs.map(({ experiment }) => experiment.seconds);
    this.#remaining = usual ? new RemainingTime(seconds) : undefined;
  }

  begin(job: Job): void {
    this.#begunMs.set(job, Date.now());
    if (this.#live) this.notify(job, 'begins');
    else this.#print(this.#line(job));
  }

  notify(job: Job, progress: string): void {
    const line = `${this.#line(job)}: ${progress}`;
    if (this.#live) {
      const width = (process.stdout.columns || 100) - 1;
      process.stdout.write(`\r${line.slice(0, width).padEnd(width)}`);
    } else if (Date.now() - this.#printedMs > QUIET_MS) this.#print(line);
  }

  ended(job: Job): void {
    this.#remaining?.ended(job.experiment.seconds, this.#secondsOf(job));
  }

  end(): void {
    if (this.#live) process.stdout.write('\n');
  }

  #print(line: string): void {
    this.#printedMs = Date.now();
    console.log(line);
  }

  #line(job: Job): string {
    const seconds = Math.round((Date.now() - this.#startedMs) / 1000);
    const left = this.#remaining?.left(job.experiment.seconds, this.#secondsOf(job));
    const text = left === undefined ? '' : `, about ${Math.ceil(left / 60)} min left`;
    return `[${this.#begunMs.size}/${this.#total}] ${seconds} s${text}  ${titleOf(job)}`;
  }

  #secondsOf(job: Job): number {
    return (Date.now() - this.#begunMs.get(job)!) / 1000;
  }
}

export function titleOf({ node, experiment }: Job): string {
  return `Node.js ${node}: ${experiment.name}`;
}
