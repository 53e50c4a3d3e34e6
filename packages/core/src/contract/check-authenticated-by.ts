import type { Authenticator } from './authenticator.ts';
import { asks, hasAuthenticatorNamed } from './composition.ts';
import type { Principal } from './principal.ts';

/**
 * For bindings: checks that `from` authenticated the caller, so that the claims have its type. `root` is the
 * server's authenticator; undefined if it is not known.
 *
 * @throws Error that begins with the name of the function that the user called.
 */
export function checkAuthenticatedBy(
  from: Authenticator<object>,
  principal: Principal<object>,
  { root, caller }: { readonly root: Authenticator<object> | undefined; readonly caller: string },
): void {
  // The server's own authenticator is valid even if a reload has changed its children.
  if (from === root) return;
  if (root !== undefined && !asks(root, from)) {
    throw new Error(
      `${caller}: the server's authenticator "${root.name}" does not ask this "${from.name}"; pass ` +
        'the authenticator that the server has, or, where it is wrapped by hand, let the wrapper copy ' +
        'its `traits` or use wrapAuthenticator()',
    );
  }
  if (hasAuthenticatorNamed(from, principal.authenticator)) return;
  throw new Error(
    `${caller}: the caller was authenticated by "${principal.authenticator}", not by "${from.name}"; pass an ` +
      'authenticator only where no other can have accepted the call',
  );
}
