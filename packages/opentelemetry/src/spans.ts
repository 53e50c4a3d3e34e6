import type { Decision } from '@grpc-authn/core/authenticator';
import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type TracerProvider,
} from '@opentelemetry/api';
import { harmless } from './harmless.ts';
import { AttributeCache } from './attribute-cache.ts';
import type { Labels } from './labels.ts';
import { OTHER, reasonOf, statusNameOf } from './names.ts';
import { SCOPE } from './scope.ts';

/** The statuses that are the server's fault, by the semantic conventions; the others are the caller's. */
const SERVER_ERRORS: ReadonlySet<string> = new Set([
  'UNKNOWN',
  'DEADLINE_EXCEEDED',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
]);

/** Makes the SERVER spans that instrumentation-grpc does not make. It wraps handlers. */
export class Spans {
  readonly #labels: Labels;
  readonly #providerNow: () => TracerProvider;
  readonly #includeSubject: boolean;
  readonly #cache = new AttributeCache(
    'rpc.method',
    'rpc.response.status_code',
    'grpc_authn.outcome',
    'grpc_authn.reason',
    'grpc_authn.authenticator',
  );
  /** Spans of calls that were ended a moment ago, by callId. */
  readonly #ended = new Map<string, () => void>();

  constructor(
    providerNow: () => TracerProvider,
    labels: Labels,
    options: { readonly includeSubject: boolean },
  ) {
    this.#providerNow = providerNow;
    this.#labels = labels;
    this.#includeSubject = options.includeSubject;
  }

  decided(decision: Decision): void {
    const { outcome, callId, streaming } = decision;
    if (outcome === 'refused') this.#write(decision, Date.now());
    // The handler of a unary call answers, and instrumentation-grpc ends its span then.
    if ((outcome !== 'expired' && outcome !== 'revoked') || !streaming) return;
    const endMs = Date.now();
    const write = harmless(() => {
      if (this.#ended.delete(callId)) this.#write(decision, endMs);
    });
    this.#ended.set(callId, () => write(undefined));
    setImmediate(write);
  }

  /** The handler has ended its stream when it was notified: instrumentation-grpc ends its own span. */
  handlerEnded(callId: string): void {
    this.#ended.delete(callId);
  }

  /** Writes the spans that wait. */
  flush(): void {
    for (const write of this.#ended.values()) write();
  }

  #write(decision: Decision, endMs: number): void {
    const method = this.#labels.method(decision);
    const status = statusNameOf(decision);
    const span: Span = this.#providerNow()
      .getTracer(...SCOPE)
      .startSpan(
        // By the semantic conventions, the system's name where the method is unknown.
        method === OTHER ? 'grpc' : method,
        {
          kind: SpanKind.SERVER,
          startTime: endMs - Math.max(0, decision.durationMs),
          attributes: this.#attributesOf(decision, method, status),
        },
        callerOf(decision.traceparent),
      );
    if (SERVER_ERRORS.has(status)) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end(endMs);
  }

  #attributesOf(decision: Decision, method: string, status: string): Attributes {
    const { outcome, authenticator, principal } = decision;
    const attributes: Attributes = {
      'rpc.system.name': 'grpc',
      'error.type': status,
      ...this.#cache.get(
        method,
        status,
        outcome,
        reasonOf(decision),
        this.#labels.authenticator(authenticator),
      ),
    };
    if (this.#includeSubject && principal?.subject !== undefined) {
      attributes['user.id'] = principal.subject;
    }
    return attributes;
  }
}

const TRACEPARENT = /^(?!ff)[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})$/;

/** The caller's span as the parent; without one, the span begins a trace. */
function callerOf(traceparent: string | undefined): Context {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(traceparent ?? '') ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return ROOT_CONTEXT;
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16) & 1,
    isRemote: true,
  });
}
