import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const files = execFileSync('git', ['ls-files', '-z', '*.ts', '*.mjs', '*.js'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .split('\0')
  .filter((file) => file !== '' && existsSync(join(ROOT, file)))
  .filter((file) => file !== 'scripts/test/portability.test.ts')
  .map((file) => ({ file, text: readFileSync(join(ROOT, file), 'utf8') }));

/** What exists on POSIX only. A junction is a link that Windows has too. */
const POSIX_ONLY =
  /\bmkfifo\b|\bchmod(?:Sync)?\(|\bsymlink(?:Sync)?\((?![^\n]*'junction')|\.kill\([^\n]*'SIG(?:HUP|USR1|USR2)'|\bDEMO\b/;

/** How a path breaks on Windows, with what to write instead. */
const NOT_PORTABLE: readonly (readonly [string, RegExp])[] = [
  ['fileURLToPath(url)', /new URL\([^)]*import\.meta\.url\)\.pathname/],
  ['import.meta.dirname', /import\.meta\.url\.(?:slice|replace|split)/],
  ['pathToFileURL(path).href', /\bimport\((?:join|resolve)\(/],
  ['node:path', /`\$\{(?:\w+\.)?(?:dir|dirname|ROOT|home)\}\/|\bROOT \+ /],
  ['os.tmpdir()', /'\/tmp[/']/],
  ["nodeOf() of scripts/tools.ts, for 'node.exe'", /['`}](?:[\w./-]*\/)?bin\/node['`]/],
];

describe('tests that need POSIX', () => {
  const tests = files.filter(
    ({ file, text }) => file.endsWith('.test.ts') && POSIX_ONLY.test(text),
  );

  it('are found', () => {
    expect(tests.length).toBeGreaterThan(3);
  });

  it.each(tests)('are skipped by name on Windows: $file', ({ text }) => {
    expect(text).toMatch(/process\.platform [!=]== 'win32'/);
    expect(text).toMatch(/skip/);
  });
});

describe('paths', () => {
  it.each(NOT_PORTABLE)('are made by %s', (_, pattern) => {
    const found = files.filter(({ text }) => pattern.test(text)).map(({ file }) => file);
    expect(found).toEqual([]);
  });
});
