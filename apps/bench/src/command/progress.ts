/** One line that is written over on a terminal, and a line for each experiment elsewhere. */
export class Progress {
  readonly #startedMs = Date.now();
  readonly #total: number;
  readonly #live = process.stdout.isTTY;
  #begun = 0;

  constructor(total: number) {
    this.#total = total;
  }

  begin(title: string): void {
    this.#begun += 1;
    if (this.#live) this.tell(title, '');
    else console.log(this.#line(title));
  }

  tell(title: string, progress: string): void {
    if (!this.#live) return;
    const width = (process.stdout.columns || 100) - 1;
    const line = `${this.#line(title)}: ${progress}`;
    process.stdout.write(`\r${line.slice(0, width).padEnd(width)}`);
  }

  end(): void {
    if (this.#live) process.stdout.write('\n');
  }

  #line(title: string): string {
    const seconds = Math.round((Date.now() - this.#startedMs) / 1000);
    return `[${this.#begun}/${this.#total}] ${seconds} s  ${title}`;
  }
}
