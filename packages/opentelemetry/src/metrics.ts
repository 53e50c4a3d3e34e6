import type { AuthEvent, CacheLookup, Decision } from '@grpc-authn/core/authenticator';
import type { Counter, Histogram, MeterProvider } from '@opentelemetry/api';
import { AttributeCache } from './attribute-cache.ts';
import type { Labels } from './labels.ts';
import { codeOf, OTHER, reasonOf, statusNameOf } from './names.ts';
import { SCOPE } from './scope.ts';

/** Seconds; those of the semantic conventions for RPC. */
const CALL_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
/** Seconds: a cached verdict takes microseconds, a question to a provider up to `timeoutMs`. */
const AUTHENTICATE_BUCKETS = [
  0.0001, 0.0005, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

const OUTCOME = 'grpc_authn.outcome';
const AUTHENTICATOR = 'grpc_authn.authenticator';
const METHOD = 'rpc.method';

const REFRESH_OUTCOMES: Readonly<Partial<Record<AuthEvent['type'], string>>> = {
  keys_refreshed: 'refreshed',
  keys_recovered: 'recovered',
  keys_unavailable: 'failed',
};
const CACHE_RESULTS: ReadonlySet<string> = new Set(['hit', 'miss', 'negative']);

interface Instruments {
  readonly calls: Histogram;
  readonly decisions: Counter;
  readonly authentications: Histogram;
  readonly lookups: Counter;
  readonly refreshes: Counter;
  readonly ended: Counter;
}

/** Counts what the channels carry. */
export class Metrics {
  readonly #labels: Labels;
  readonly #providerNow: () => MeterProvider;
  #provider: MeterProvider | undefined;
  #instruments: Instruments | undefined;
  readonly #forCalls = new AttributeCache(
    METHOD,
    'rpc.response.status_code',
    'error.type',
    'rpc.system.name',
  );
  readonly #forDecisions = new AttributeCache(
    METHOD,
    OUTCOME,
    'grpc_authn.code',
    'grpc_authn.reason',
    AUTHENTICATOR,
  );
  readonly #forAuthentications = new AttributeCache(AUTHENTICATOR, OUTCOME, 'grpc_authn.cached');
  readonly #forLookups = new AttributeCache(AUTHENTICATOR, 'grpc_authn.cache.result');
  readonly #forRefreshes = new AttributeCache(AUTHENTICATOR, OUTCOME);
  readonly #forEnded = new AttributeCache(METHOD, OUTCOME, AUTHENTICATOR);

  constructor(providerNow: () => MeterProvider, labels: Labels) {
    this.#providerNow = providerNow;
    this.#labels = labels;
  }

  decided(decision: Decision): void {
    const { outcome, durationMs } = decision;
    const seconds = Math.max(0, durationMs) / 1000;
    const method = this.#labels.method(decision);
    const authenticator = this.#labels.authenticator(decision.authenticator);
    const { calls, decisions, authentications, ended } = this.#current();
    if (outcome === 'expired' || outcome === 'revoked') {
      ended.add(1, this.#forEnded.get(method, outcome, authenticator));
    } else {
      const [code, reason] = [codeOf(decision), reasonOf(decision)];
      decisions.add(1, this.#forDecisions.get(method, outcome, code, reason, authenticator));
      if (authenticator !== undefined && outcome !== 'cancelled') {
        const cached = decision.cached?.toString();
        authentications.record(
          seconds,
          this.#forAuthentications.get(authenticator, outcome, cached),
        );
      }
    }
    if (outcome !== 'allowed' && outcome !== 'would_refuse') {
      const status = statusNameOf(decision);
      calls.record(seconds, this.#forCalls.get(method, status, status, 'grpc'));
    }
  }

  lookedUp({ authenticator, result }: CacheLookup): void {
    const name = this.#labels.authenticator(authenticator);
    const listed = CACHE_RESULTS.has(result) ? result : OTHER;
    this.#current().lookups.add(1, this.#forLookups.get(name, listed));
  }

  reported({ authenticator, type }: AuthEvent): void {
    const outcome = REFRESH_OUTCOMES[type];
    if (outcome === undefined) return;
    const name = this.#labels.authenticator(authenticator);
    this.#current().refreshes.add(1, this.#forRefreshes.get(name, outcome));
  }

  /** The global provider may be set after instrumentAuth() was called. */
  #current(): Instruments {
    const provider = this.#providerNow();
    if (this.#instruments === undefined || provider !== this.#provider) {
      this.#provider = provider;
      this.#instruments = createInstruments(provider);
    }
    return this.#instruments;
  }
}

function createInstruments(provider: MeterProvider): Instruments {
  const meter = provider.getMeter(...SCOPE);
  const counter = (name: string, unit: string, description: string): Counter =>
    meter.createCounter(name, { description, unit: `{${unit}}` });
  const seconds = (name: string, buckets: number[], description: string): Histogram =>
    meter.createHistogram(name, {
      description,
      unit: 's',
      advice: { explicitBucketBoundaries: buckets },
    });
  return {
    calls: seconds(
      'rpc.server.call.duration',
      CALL_BUCKETS,
      'Duration of calls that authentication refused or ended',
    ),
    decisions: counter('grpc_authn.decisions', 'decision', 'Decisions about calls'),
    authentications: seconds(
      'grpc_authn.authenticate.duration',
      AUTHENTICATE_BUCKETS,
      'Duration of decisions that asked an authenticator, with the rule',
    ),
    lookups: counter('grpc_authn.cache.lookups', 'lookup', 'Look-ups of verdicts in a cache'),
    refreshes: counter(
      'grpc_authn.key.refreshes',
      'refresh',
      'Attempts to refresh the keys of an issuer',
    ),
    ended: counter(
      'grpc_authn.streams.ended',
      'call',
      'Accepted calls that ended because their token expired or was revoked',
    ),
  };
}
