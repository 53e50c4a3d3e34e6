import { addAbortListener, removeAbortListener } from '../contract/abort-race.ts';
import { peerKeyOf } from './peer-key.ts';

/** Whose turn a call takes in a queue. */
export interface QueueKeys {
  readonly peer: string;
  /** Within the peer; undefined if the transport cannot distinguish connections. */
  readonly connection: unknown;
  /** `limits.maxWaiting` of the call's guard: a queue that several guards share must not be smaller. */
  readonly maxWaiting?: number;
  /** The same for `limits.maxWaitingPerPeer`. */
  readonly maxWaitingPerPeer?: number;
}

/** The contexts of core have keys. They are no part of the public AuthenticationContext. */
export interface Queueable {
  readonly queueKeys: QueueKeys;
}

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

/**
 * The keys of the call that is being authenticated. For a context that has none, because someone else made it,
 * they come from the peer's address.
 *
 * @throws what `limits.peerOf` throws.
 */
export function queueKeysOf(context: { readonly peer?: { readonly address: string } }): QueueKeys {
  return (context as Partial<Queueable>).queueKeys ?? addressKeys(context.peer?.address);
}

/** The address is 'ip:port', so it identifies a connection, too. */
function addressKeys(address: string | undefined): QueueKeys {
  return { peer: peerKeyOf(address ?? ''), connection: address };
}
