import type { Authenticator } from '@grpc-authn/core/authenticator';
import { allOf } from '@grpc-authn/core/internal';
import type { ConfigSource } from '../source/config-source.ts';
import type { Path } from '../source/path.ts';
import { Problems } from './problems.ts';

/**
 * Waits until each authenticator can verify tokens.
 *
 * @throws ConfigError where a provider shows that the config is wrong; otherwise what a single one throws, or an
 *   AggregateError of all.
 */
export async function allReady(
  authenticators: readonly Authenticator<object>[],
  signal: AbortSignal,
  config: { readonly source: ConfigSource; readonly pathOf: (made: Authenticator<object>) => Path },
): Promise<void> {
  const problems = new Problems(config.source);
  const ready = allOf(authenticators, 'ready', async (each) => {
    try {
      await each.ready?.(signal);
    } catch (error) {
      problems.addError(config.pathOf(each), error);
    }
  });
  await ready.finally(() => problems.check());
}
