import type { Authenticator } from '@grpc-authn/core/authenticator';
import type { AdapterContext } from './define-adapter.ts';

export interface ChildSpec {
  /** The name of an authenticator, or an inline definition. */
  readonly spec: unknown;
  /** Where it is in the composition's own options. */
  readonly path: readonly (string | number)[];
}

/**
 * Builds the children of a composition, in the order given. It waits for all of them, so that every
 * wrong child is reported and none is still being built when the composition fails.
 *
 * @throws what the first child that failed threw.
 */
export async function buildAll(
  context: Pick<AdapterContext, 'build'>,
  children: readonly ChildSpec[],
): Promise<readonly Authenticator<object>[]> {
  const building = children.map(async ({ spec, path }) => context.build(spec, path));
  await Promise.allSettled(building);
  return Promise.all(building);
}
