import type { Decision } from '@grpc-authn/core/authenticator';
import { BoundedNames, OTHER } from './names.ts';

type Named = Pick<Decision, 'method'> & Partial<Pick<Decision, 'methodKnown'>>;

/** The values of attributes that come from this server's own configuration. */
export class Labels {
  /** The SDK itself stores at most 2,000 combinations of attributes for a metric. */
  readonly #methods = new BoundedNames(1000, /^\/([\w.]{1,200}\/\w{1,100})$/);
  readonly #authenticators = new BoundedNames(100, /^([^\p{Cc}]{1,200})$/u);

  /** 'pkg.Service/Method'. A record of another version of core may lack `methodKnown`. */
  method({ method, methodKnown = true }: Named): string {
    return methodKnown ? this.#methods.get(method) : OTHER;
  }

  authenticator(name: string): string;
  authenticator(name: string | undefined): string | undefined;
  authenticator(name: string | undefined): string | undefined {
    return name === undefined ? undefined : this.#authenticators.get(name);
  }
}
