import { SPEC_DESCRIPTION } from '../schema/config-schema.ts';
import type { Path } from '../source/path.ts';
import { describeReceived, type ReservedKeys } from './check-schema.ts';
import type { Problems } from './problems.ts';

/** An authenticator as it is written in a file; its other members are its adapter's options. */
export interface AuthenticatorSpec {
  readonly use: string;
  readonly name?: string;
  readonly cache?: unknown;
}

export const SPEC_KEYS: ReservedKeys = ['use', 'name', 'cache'];

/** Undefined where it is none; then the problems say why. `given` is its key under `authenticators`. */
export function readSpec(
  spec: unknown,
  path: Path,
  given: string | undefined,
  problems: Problems,
): AuthenticatorSpec | undefined {
  if (typeof spec !== 'object' || spec === null || Array.isArray(spec)) {
    problems.add(path, `expected ${SPEC_DESCRIPTION}, received ${describeReceived(spec)}`);
    return undefined;
  }
  const { use, name } = spec as AuthenticatorSpec;
  if (typeof use !== 'string') {
    const received = describeReceived(use);
    problems.add(
      [...path, 'use'],
      `expected the name of an adapter, such as oidc, received ${received}`,
    );
    return undefined;
  }
  if (name !== undefined && given !== undefined) {
    problems.add([...path, 'name'], `remove it: the key "${given}" is the name`);
    return undefined;
  }
  if (name !== undefined && (typeof name !== 'string' || name === '')) {
    problems.add(
      [...path, 'name'],
      `expected a non-empty string, received ${describeReceived(name)}`,
    );
    return undefined;
  }
  return spec as AuthenticatorSpec;
}
