import { mkdirSync, rmSync } from 'node:fs';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Journal } from './journal.ts';
import { type Mutant, mutate } from './mutants.ts';
import { ROOT, type Target, targetOf, type TargetName } from './targets.ts';

/** The mutants of one target, what is known about them, and the remaining time. */
export class Session {
  readonly name: TargetName;
  readonly target: Target;
  readonly mutants: readonly Mutant[];
  readonly folder: string;
  readonly journal: Journal;
  readonly jobs: number;
  readonly #endMs: number;

  constructor(name: TargetName, settings: { from: boolean; jobs: number; endMs: number }) {
    this.name = name;
    this.target = targetOf(name);
    this.mutants = this.target.sources.flatMap(
      (file) => mutate(file, readFileSync(join(ROOT, file), 'utf8')).mutants,
    );
    this.folder = join(ROOT, '.local', 'mutation', name);
    if (!settings.from) rmSync(this.folder, { recursive: true, force: true });
    mkdirSync(this.folder, { recursive: true });
    this.journal = new Journal(join(this.folder, 'journal.jsonl'));
    this.jobs = settings.jobs;
    this.#endMs = settings.endMs;
  }

  get open(): readonly Mutant[] {
    const { decided } = this.journal;
    return this.mutants.filter(({ id }) => !decided.has(id));
  }

  get isOver(): boolean {
    return Date.now() > this.#endMs;
  }

  tell(step: string): void {
    const total = this.mutants.length;
    const minutes = Math.max(0, (this.#endMs - Date.now()) / 60_000).toFixed(1);
    console.log(
      `${this.name}: ${total - this.open.length} of ${total} decided, at most ${minutes} min left; ${step}`,
    );
  }
}
