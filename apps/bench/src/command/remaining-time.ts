/** Estimates when a run ends, from the usual time of each experiment and the pace of this run. */
export class RemainingTime {
  /** Usual seconds of all experiments that have not ended. */
  #usualLeft: number;
  #usualDone = 0;
  #spent = 0;

  constructor(usualSeconds: readonly number[]) {
    this.#usualLeft = usualSeconds.reduce((sum, seconds) => sum + seconds, 0);
  }

  /** Adds an experiment that has ended: the seconds that it usually takes, and those that it took. */
  ended(usual: number, seconds: number): void {
    this.#usualLeft -= usual;
    this.#usualDone += usual;
    this.#spent += seconds;
  }

  /** Seconds to the end of the run, while an experiment that usually takes `usual` has run for `seconds`. */
  left(usual: number, seconds: number): number {
    const pace = this.#usualDone > 0 ? this.#spent / this.#usualDone : 1;
    return (this.#usualLeft - usual) * pace + Math.max(0, usual * pace - seconds);
  }
}
