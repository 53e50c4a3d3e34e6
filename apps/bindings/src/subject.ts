import type { BindingOptions, Principal } from '@grpc-authn/core';
import type { CallKind } from './echo.ts';
import type { Seen } from './seen.ts';
import type { Protocol } from './wire-client.ts';

/** A framework with its binding, as the suite tries it. A new one is listed in subjects/index.ts. */
export interface BindingSubject {
  /** The column of the table, for example 'nice-grpc'. */
  readonly name: string;
  /** Each is a column of its own. */
  readonly protocols: readonly Protocol[];
  /** The kinds of calls that the framework has. */
  readonly kinds: readonly CallKind[];
  /** Serves echo.v1.Echo on a free port of 127.0.0.1, without TLS. */
  start(options: SubjectOptions): Promise<RunningSubject>;
  /**
   * Servers that lack a part of the binding, by what is forgotten. Each must refuse to start, or refuse every call;
   * its handlers never run. They get a good authenticator.
   */
  readonly forgotten: Readonly<
    Record<string, (options: SubjectOptions) => Promise<RunningSubject>>
  >;
  /**
   * Cases in which the framework cannot do what bare grpc-js does, by the name of the case, each with what happens
   * instead. A case that is listed here must fail, so that the list stays true.
   */
  readonly differences: Readonly<Record<string, string>>;
}

export interface SubjectOptions {
  /** For the binding. The rules are those of echo.ts. */
  readonly auth: Pick<
    BindingOptions,
    'authenticator' | 'clock' | 'timeoutMs' | 'streams' | 'onDecision'
  >;
  /** What every method does. Use `seen.watch(handle)` of seen.ts, which counts. */
  readonly handle: Handler;
  /** The longest message that the framework receives, in bytes. Default: the framework's. */
  readonly maxMessageBytes?: number;
  /**
   * 'none' (default). 'around': interceptors of the framework's user run before and after the binding, and pass
   * everything on. 'twice': the server has the binding two times.
   */
  readonly interceptors?: 'none' | 'around' | 'twice';
}

export interface RunningSubject {
  readonly port: number;
  readonly seen: Seen;
  readonly close: () => Promise<void> | void;
}

/** A handler of any kind. What it yields is sent; a kind with one response sends the first. */
export type Handler = (call: HandlerCall) => AsyncIterable<string>;

export interface HandlerCall {
  /** undefined for an anonymous caller and on a public method. */
  readonly principal: Principal | undefined;
  /** The header `authorization`, as the handler sees it. */
  readonly authorization: string | undefined;
  /** One message for kinds with one request. */
  readonly requests: AsyncIterable<string>;
  /** Aborted when the call ends before the handler does, in the way in which the framework reports it. */
  readonly signal: AbortSignal;
}
