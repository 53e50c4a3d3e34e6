import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '../..');

/** A part of the sources, and the tests that guard it: the most specific first. */
export interface Target {
  readonly sources: readonly string[];
  readonly unitTests: readonly string[];
  readonly endToEndTests: readonly string[];
}

interface Parts {
  readonly sources: RegExp;
  readonly unitTests: RegExp;
  readonly endToEndTests?: RegExp;
}

const PARTS = {
  jwt: {
    // Without the adapter's schemas: the contents of a configuration file have tests of their own.
    sources: /^packages\/jwt\/src\/(?!adapter).*\.ts$/,
    unitTests: /^packages\/(jwt|hs256|jwks|introspection)\/test\/.*\.test\.ts$/,
  },
  interceptor: {
    sources:
      /^packages\/core\/src\/((gate|grpc)\/.*|compose\/(cached|single-flight|verdict-store))\.ts$/,
    unitTests: /^packages\/(core|testing)\/test\/.*\.test\.ts$/,
    endToEndTests: /^apps\/e2e\/test\/.*\.test\.ts$/,
  },
} satisfies Record<string, Parts>;

export type TargetName = keyof typeof PARTS;

export const TARGET_NAMES = Object.keys(PARTS) as readonly TargetName[];

export function targetOf(name: TargetName): Target {
  const { sources, unitTests, endToEndTests }: Parts = PARTS[name];
  return {
    sources: found('packages', sources),
    unitTests: found('packages', unitTests),
    endToEndTests: endToEndTests === undefined ? [] : found('apps', endToEndTests),
  };
}

function found(top: string, pattern: RegExp): readonly string[] {
  return ['src', 'test']
    .flatMap((part) =>
      readdirSync(join(ROOT, top)).flatMap((name) => namesIn(join(top, name, part))),
    )
    .filter((file) => pattern.test(file))
    .toSorted();
}

function namesIn(folder: string): readonly string[] {
  const path = join(ROOT, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));
}
