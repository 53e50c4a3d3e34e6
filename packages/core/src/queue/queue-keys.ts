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
