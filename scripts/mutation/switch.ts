/** What the sources ask: which of their checks is off, of which note is taken. */
export class MutantSwitch {
  /** The one whose check is removed at present. */
  off: string | undefined;
  readonly #outside = new Set<string>();
  #reached: Set<string> | undefined;

  /** The checks that were met while no test ran: while a file was read, or in a hook. */
  get outside(): readonly string[] {
    return [...this.#outside];
  }

  isOff(id: string): boolean {
    if (this.off === undefined) (this.#reached ?? this.#outside).add(id);
    return this.off === id;
  }

  /** Runs it with every check on, and gives the checks that it met. */
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

/** Puts it where the mutated sources look. */
export function installSwitch(): MutantSwitch {
  const mutation = new MutantSwitch();
  Object.assign(globalThis, { __mutation: mutation });
  return mutation;
}
