import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { filesOf, publishedFilesOf } from '../src/installed/package-files.ts';

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function packageWith(...paths: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'bench-package-'));
  folders.push(folder);
  for (const path of paths) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), 'four');
  }
  return folder;
}

const pathsOf = (files: readonly { readonly path: string }[]) =>
  files.map(({ path }) => path).toSorted();

describe('the files of a package', () => {
  it('are all of its files, without what is installed in it', () => {
    const folder = packageWith('package.json', 'lib/a.js', 'node_modules/other/index.js');
    expect(filesOf(folder)).toEqual([
      { path: 'lib/a.js', bytes: 4 },
      { path: 'package.json', bytes: 4 },
    ]);
  });

  it('that are published are those of `files`, package.json, README and LICENSE', () => {
    const folder = packageWith(
      'package.json',
      'README.md',
      'LICENSE',
      'dist/a.js',
      'dist/.tsbuildinfo',
      'distant.js',
      'test/a.test.ts',
    );
    expect(pathsOf(publishedFilesOf(folder, ['dist', 'missing', '!dist/.tsbuildinfo']))).toEqual([
      'LICENSE',
      'README.md',
      'dist/a.js',
      'package.json',
    ]);
  });

  it('are not guessed from a pattern', () => {
    expect(() => publishedFilesOf(packageWith('package.json'), ['dist/*.js'])).toThrow(
      'expected a path',
    );
  });
});
