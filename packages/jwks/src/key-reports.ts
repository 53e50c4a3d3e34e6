import type { AuthEvent } from '@grpc-authn/core/authenticator';
import { notify } from '@grpc-authn/core/internal';
import type { KeySet } from '@grpc-authn/jwt';

export type Report = (event: AuthEvent) => void;

/** No provider's text goes into a log unescaped, or at any length it likes. */
const SHOWN_CHARACTERS = 64;

/** Tells the operator what becomes of the keys. What the operator's function throws is dropped. */
export class KeyReports {
  readonly #authenticator: string;
  readonly #report: Report | undefined;
  #lastDiscarded = '[]';

  constructor(authenticator: string, report: Report | undefined) {
    this.#authenticator = authenticator;
    this.#report = report;
  }

  /** `received` is how many keys came, of which some may not even be listed. */
  refreshed(keys: KeySet, received: number, afterOutage: boolean): void {
    this.#send({
      type: afterOutage ? 'keys_recovered' : 'keys_refreshed',
      detail: { usable: keys.size, discarded: received - keys.size },
    });
    const discarded = keys.refused.map(({ kid, why }) => ({ kid: shown(kid), why }));
    const told = JSON.stringify(discarded);
    if (told !== this.#lastDiscarded && discarded.length > 0) {
      this.#send({ type: 'keys_discarded', detail: { keys: discarded } });
    }
    this.#lastDiscarded = told;
  }

  failed(error: unknown, retryInMs: number, serving: boolean): void {
    this.#send({
      type: 'keys_unavailable',
      error,
      detail: { retryInMs: Math.round(retryInMs), servingLastGoodSet: serving },
    });
  }

  #send(event: Omit<AuthEvent, 'authenticator'>): void {
    notify(this.#report, { authenticator: this.#authenticator, ...event });
  }
}

function shown(kid: string | undefined): string | null {
  if (kid === undefined) return null;
  return kid.slice(0, SHOWN_CHARACTERS).replaceAll(/[^\x20-\x7e]/g, '\ufffd');
}
