import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER =
  process.env['WYCHEPROOF_DIR'] ??
  join(import.meta.dirname, '../../../../../shared/corpora/wycheproof');

export const HAS_WYCHEPROOF: boolean = existsSync(FOLDER);

interface Vector {
  readonly tcId: number;
  readonly comment: string;
  readonly result: 'valid' | 'invalid';
  readonly flags: readonly string[];
}

interface Keys {
  readonly comment: string;
  readonly public?: object;
  readonly private: object;
}

export interface Group extends Keys {
  readonly tests: readonly (Vector & { readonly jws: string })[];
}

/** A token of either kind; in JSON serialization, an object. */
export interface AnyGroup extends Keys {
  readonly tests: readonly (Vector & {
    readonly jws?: string | object;
    readonly jwe?: string | object;
  })[];
}

export function allGroupsOf(file: string): readonly AnyGroup[] {
  const { testGroups } = JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as {
    testGroups: AnyGroup[];
  };
  return testGroups;
}

/** The groups that are signed. */
export function groupsOf(file: string): readonly Group[] {
  const groups = allGroupsOf(file) as readonly Group[];
  return groups.filter(({ tests }) => tests.every((vector) => 'jws' in vector));
}

/** A secret key of a group has no public part. */
export function jwksOf({ public: own, private: secret }: Keys): { readonly keys: object[] } {
  const key = own ?? secret;
  return { keys: 'keys' in key ? (key.keys as object[]) : [key] };
}

export function reportMissing(): void {
  process.stdout.write('Wycheproof: skipped, because its folder is missing (WYCHEPROOF_DIR)\n');
}
