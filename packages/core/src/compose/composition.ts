import type {
  Authenticator,
  AuthenticatorEvent,
  AuthenticatorTraits,
} from '../contract/authenticator.ts';

/** An authenticator made of others. Its events, `ready` and `close` are those of all its children. */
export abstract class Composition {
  abstract readonly traits: AuthenticatorTraits & {
    readonly children: readonly Authenticator<object>[];
  };

  subscribe(listener: (event: AuthenticatorEvent) => void): () => void {
    return subscribeToAll(this.traits.children, listener);
  }

  ready(signal?: AbortSignal): Promise<void> {
    return allOf(this.traits.children, 'ready', (child) => child.ready?.(signal));
  }

  close(): Promise<void> {
    return allOf(this.traits.children, 'close', (child) => child.close?.());
  }
}

/** `ready()` or `close()` of all children. Rejects with all their failures. */
export async function allOf(
  children: readonly Authenticator<object>[],
  what: string,
  ask: (child: Authenticator<object>) => Promise<void> | undefined,
): Promise<void> {
  const results = await Promise.allSettled(children.map(async (child) => ask(child)));
  const failures: unknown[] = [];
  for (const result of results) if (result.status === 'rejected') failures.push(result.reason);
  if (failures.length === 1) throw failures[0];
  if (failures.length > 1) throw new AggregateError(failures, `${what}: ${failures.length} failed`);
}

/** Subscribes to all children. Returns a function that unsubscribes. */
export function subscribeToAll(
  children: readonly Authenticator<object>[],
  listener: (event: AuthenticatorEvent) => void,
): () => void {
  const stops = children.map((child) => child.subscribe?.(listener));
  return () => {
    for (const stop of stops) stop?.();
  };
}
