import type { CallObserver } from '@grpc-authn/core/internal';

/** The calls of one generation: those that wait for their decision, and those that have not ended. */
export class CallCount implements CallObserver {
  #undecided = 0;
  #open = 0;
  readonly #whenDecided = new Set<() => void>();
  readonly #whenEnded = new Set<() => void>();

  begun(): void {
    this.#undecided += 1;
    this.#open += 1;
  }

  decided(): void {
    this.#undecided -= 1;
    if (this.#undecided === 0) fire(this.#whenDecided);
  }

  ended(): void {
    this.#open -= 1;
    if (this.#open === 0) fire(this.#whenEnded);
  }

  /** Now, or as soon as no call waits for its decision. */
  whenDecided(then: () => void): void {
    if (this.#undecided === 0) then();
    else this.#whenDecided.add(then);
  }

  whenEnded(then: () => void): void {
    if (this.#open === 0) then();
    else this.#whenEnded.add(then);
  }
}

function fire(waiting: Set<() => void>): void {
  const now = [...waiting];
  waiting.clear();
  for (const then of now) then();
}
