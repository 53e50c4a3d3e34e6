import type { AuthEvent } from '@grpc-authn/core/authenticator';
import { reportEvent } from '@grpc-authn/core/internal';
import type { ImportedKeySet } from '@grpc-authn/jwt/internal';
import type { RefreshFailure } from '@grpc-authn/provider';

export type Report = (event: AuthEvent) => void;

/** A provider chooses its `kid`s: at most this much of one is logged, with control characters replaced. */
const MAX_KID_CHARACTERS = 64;

/** Reports refreshes, discarded keys and outages to the operator. */
export class KeyEventReporter {
  readonly #authenticator: string;
  readonly #report: Report | undefined;
  #lastDiscarded = '[]';

  constructor(authenticator: string, report: Report | undefined) {
    this.#authenticator = authenticator;
    this.#report = report;
  }

  /**
   * `received`: the number of keys in the document. `keys.refused` may be shortened, so discarded keys are
   * counted by difference; a key that is listed again is not discarded.
   */
  refreshed(keys: ImportedKeySet, received: number, recovered: boolean): void {
    this.#send({
      type: recovered ? 'keys_recovered' : 'keys_refreshed',
      detail: {
        usable: keys.size,
        discarded: received - keys.size - keys.repeated,
        keys: keys.used.map(({ kid, algorithm = null }) => ({
          kid: printable(kid),
          alg: algorithm,
        })),
      },
    });
    const discarded = keys.refused.map(({ kid, why }) => ({ kid: printable(kid), why }));
    const asText = JSON.stringify(discarded);
    if (asText !== this.#lastDiscarded && discarded.length > 0) {
      this.#send({ type: 'keys_discarded', detail: { keys: discarded } });
    }
    this.#lastDiscarded = asText;
  }

  failed({ error, retryInMs, hasValue }: RefreshFailure): void {
    this.#send({
      type: 'keys_unavailable',
      error,
      detail: { retryInMs: Math.round(retryInMs), servingLastGoodSet: hasValue },
    });
  }

  #send(event: Omit<AuthEvent, 'authenticator'>): void {
    reportEvent(this.#report, { authenticator: this.#authenticator, ...event });
  }
}

function printable(kid: string | undefined): string | null {
  if (kid === undefined) return null;
  return kid.slice(0, MAX_KID_CHARACTERS).replaceAll(/[^\x20-\x7e]/g, '\ufffd');
}
