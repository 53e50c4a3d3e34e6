import { type Authenticator, ConfigError } from '@grpc-authn/core/authenticator';
import type { Path } from '../source/path.ts';

type Build = (spec: unknown, path: Path) => Promise<Authenticator<object>>;

/**
 * The children that one composition builds. The loader waits for all of them, whatever the composition
 * does: each problem is reported, and what was made is known and can be closed.
 */
export class Children {
  readonly #build: Build;
  readonly #pending = new Set<Promise<unknown>>();
  #failed = false;
  #isSettled = false;

  constructor(build: Build) {
    this.#build = build;
  }

  get failed(): boolean {
    return this.#failed;
  }

  /** @throws ConfigError once the composition is made: a child built later would never be closed */
  build(spec: unknown, path: Path = []): Promise<Authenticator<object>> {
    if (this.#isSettled) {
      return Promise.reject(new ConfigError('build() was called after create() had ended'));
    }
    const child = this.#build(spec, path);
    const pending: Promise<unknown> = child
      .catch(() => {
        this.#failed = true;
      })
      .finally(() => this.#pending.delete(pending));
    this.#pending.add(pending);
    return child;
  }

  /** Never rejects. */
  async settled(): Promise<void> {
    // A child may be asked for while another is waited for.
    while (this.#pending.size > 0) await Promise.all(this.#pending);
    this.#isSettled = true;
  }
}
