/** Shared with the mutated sources: which check is off, and which checks were reached. */
export class MutantSwitch {
  /** The mutant that is on. */
  off: string | undefined;
  readonly #outside = new Set<string>();
  #reached: Set<string> | undefined;

  /** The checks that were reached while no test ran: while a file was read, or in a hook. */
  get outside(): readonly string[] {
    return [...this.#outside];
  }

  isOff(id: string): boolean {
    if (this.off === undefined) (this.#reached ?? this.#outside).add(id);
    return this.off === id;
  }

  /** Runs a function with every check on, and returns the checks that it reached. */
  async watch(run: () => Promise<void>): Promise<readonly string[]> {
    const reached = new Set<string>();
    this.#reached = reached;
    try {
      await run();
    } finally {
      this.#reached = undefined;
    }
    return [...reached];
  }
}

/** Puts the switch where the mutated sources look for it. */
export function installSwitch(): MutantSwitch {
  const mutation = new MutantSwitch();
  Object.assign(globalThis, { __mutation: mutation });
  return mutation;
}
