import { AuthError } from '../errors/auth-error.ts';

/** Notified when a call is aborted. An event listener of an AbortSignal, too, so that one object serves both. */
export interface AbortListener {
  handleEvent(): void;
}

/** The contexts of core notify without a signal. They are no part of the public AuthenticationContext. */
export interface Abortable {
  readonly aborted: boolean;
  addAbortListener(listener: AbortListener): void;
  removeAbortListener(listener: AbortListener): void;
}

/** Usually none or one: so it is created with the first. */
export class AbortListeners {
  #first: AbortListener | undefined;
  #others: Set<AbortListener> | undefined;

  add(listener: AbortListener): void {
    if (this.#first === undefined) this.#first = listener;
    else (this.#others ??= new Set()).add(listener);
  }

  remove(listener: AbortListener): void {
    if (this.#first === listener) this.#first = undefined;
    else this.#others?.delete(listener);
  }

  notify(): void {
    this.#first?.handleEvent();
    for (const listener of this.#others ?? []) listener.handleEvent();
  }
}

/** Any context, of core or made by someone else. */
type AnyContext = Partial<Abortable> & { readonly signal: AbortSignal };

/** False if the call is aborted already: the listener is not notified then. */
export function addAbortListener(context: AnyContext, listener: AbortListener): boolean {
  if (context.addAbortListener !== undefined) {
    if (context.aborted === true) return false;
    context.addAbortListener(listener);
    return true;
  }
  if (context.signal.aborted) return false;
  context.signal.addEventListener('abort', listener);
  return true;
}

export function removeAbortListener(context: AnyContext, listener: AbortListener): void {
  if (context.removeAbortListener !== undefined) context.removeAbortListener(listener);
  else context.signal.removeEventListener('abort', listener);
}

/**
 * The promise's answer, or `unavailable` (reason `timeout`) as soon as the call is aborted. The work
 * behind the promise continues: other calls may wait for it too.
 */
export function unavailableOnAbort<T>(
  promised: PromiseLike<T>,
  context: AnyContext,
): Promise<T | AuthError> {
  return raceWithAbort<T | AuthError>(promised, context, (resolve) => {
    resolve(new AuthError('unavailable', 'timeout'));
  });
}

/** The promise's answer; rejects with the signal's reason as soon as it is aborted. */
export function rejectOnAbort<T>(promised: PromiseLike<T>, signal: AbortSignal): Promise<T> {
  return raceWithAbort(promised, { signal }, (_, reject) => reject(signal.reason as Error));
}

/** Settles like `promised`, unless the call is aborted first: then `onAbort` settles it. */
export function raceWithAbort<T>(
  promised: PromiseLike<T>,
  context: AnyContext,
  onAbort: (resolve: (answer: T) => void, reject: (error: unknown) => void) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const listener = { handleEvent: () => onAbort(resolve, reject) };
    const waits = addAbortListener(context, listener);
    promised.then(
      (answer) => {
        removeAbortListener(context, listener);
        resolve(answer);
      },
      (error: unknown) => {
        removeAbortListener(context, listener);
        reject(error);
      },
    );
    if (!waits) listener.handleEvent();
  });
}
