import { type Queueable, type QueueKeys, queueKeysOf } from '../queue/queue-keys.ts';
import { addAbortListener, removeAbortListener } from './abort-race.ts';

/** Notified of the calls that wait with one context. */
export interface CallWatcher {
  joined(call: QueueKeys): void;
  left(call: QueueKeys): void;
}

/** A context that several calls share: what they wait for may take the turn of any of them. */
export interface SharedQueueable extends Queueable {
  /** Reports the calls that wait now, then each that joins or leaves. One watcher at a time. */
  watchCalls(watcher: CallWatcher | undefined): void;
}

/**
 * Reports the calls that wait with this context, and those that leave because they are cancelled. A call that
 * is cancelled already is not reported. Returns a function that ends it.
 *
 * @throws what `limits.peerOf` throws.
 */
export function watchCalls(
  context: { readonly signal: AbortSignal; readonly peer?: { readonly address: string } },
  watcher: CallWatcher,
): () => void {
  const shared = context as Partial<SharedQueueable>;
  if (shared.watchCalls !== undefined) {
    shared.watchCalls(watcher);
    return () => shared.watchCalls?.(undefined);
  }
  const keys = queueKeysOf(context);
  const listener = { handleEvent: () => watcher.left(keys) };
  if (!addAbortListener(context, listener)) return () => undefined;
  watcher.joined(keys);
  return () => removeAbortListener(context, listener);
}
