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
  #begun = 0;
  #toldMs = 0;

  constructor(total: number) {
    this.#total = total;
  }

  begin(title: string): void {
    this.#begun += 1;
    if (this.#live) this.tell(title, 'begins');
    else this.#print(this.#line(title));
  }

  tell(title: string, progress: string): void {
    const line = `${this.#line(title)}: ${progress}`;
    if (this.#live) {
      const width = (process.stdout.columns || 100) - 1;
      process.stdout.write(`\r${line.slice(0, width).padEnd(width)}`);
    } else if (Date.now() - this.#toldMs > QUIET_MS) this.#print(line);
  }

  end(): void {
    if (this.#live) process.stdout.write('\n');
  }

  #print(line: string): void {
    this.#toldMs = Date.now();
    console.log(line);
  }

  #line(title: string): string {
    const seconds = Math.round((Date.now() - this.#startedMs) / 1000);
    return `[${this.#begun}/${this.#total}] ${seconds} s  ${title}`;
  }
}
