/** Estimates when a run ends, from what each experiment usually takes and from how this machine compares. */
export class RemainingTime {
  /** Of all that have not ended. */
  #usualLeft: number;
  #usualDone = 0;
  #spent = 0;

  constructor(usualSeconds: readonly number[]) {
    this.#usualLeft = usualSeconds.reduce((sum, seconds) => sum + seconds, 0);
  }

  /** One that usually takes so many seconds took these. */
  ended(usual: number, seconds: number): void {
    this.#usualLeft -= usual;
    this.#usualDone += usual;
    this.#spent += seconds;
  }

  /** Seconds to the end of the run, in which one has run for some seconds. */
  left(usual: number, seconds: number): number {
    const pace = this.#usualDone > 0 ? this.#spent / this.#usualDone : 1;
    return (this.#usualLeft - usual) * pace + Math.max(0, usual * pace - seconds);
  }
}
