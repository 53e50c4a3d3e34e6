import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';

const SCRIPT = join(import.meta.dirname, '../release/publish-tarballs.ts');
const PACKED = Buffer.from('what was packed');

function digest(algorithm: string, bytes: Buffer): string {
  return `${algorithm}-${createHash(algorithm).update(bytes).digest('base64')}`;
}

/** A folder with a packed tarball, and an npm that answers `view` and records what it is asked to publish. */
function rehearse(
  tarball: Buffer,
  view: string,
): { readonly said: string; readonly asked: string } {
  const folder = mkdtempSync(join(tmpdir(), 'grpc-authn-publish-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const integrity = digest('sha256', PACKED);
  const release = { kind: 'publish', name: '@grpc-authn/core', version: '1.2.3' };
  const plan = [[{ ...release, tarball: { path: 'core.tgz', integrity } }]];
  writeFileSync(join(folder, 'publish-plan.json'), JSON.stringify({ version: 1, plan }));
  writeFileSync(join(folder, 'core.tgz'), tarball);
  const npm = join(folder, 'npm');
  writeFileSync(npm, `#!/bin/sh\nif [ "$1" = view ]; then ${view}; else echo "$@" >> asked; fi\n`);
  chmodSync(npm, 0o755);
  const { stdout, stderr } = spawnSync(process.execPath, [SCRIPT, folder, '--provenance'], {
    encoding: 'utf8',
    env: { ...process.env, PATH: `${folder}${delimiter}${process.env['PATH']}` },
  });
  const asked = join(folder, 'asked');
  return {
    said: stdout + stderr,
    asked: existsSync(asked) ? readFileSync(asked, 'utf8').replaceAll(folder, '') : '',
  };
}

const NOT_THERE = 'echo E404; exit 1';

// The stand-in for npm is a shell script.
describe.skipIf(process.platform === 'win32')('publishing', () => {
  it('publishes what the registry does not have, with provenance', () => {
    const { said, asked } = rehearse(PACKED, NOT_THERE);
    expect(said).toContain('published      @grpc-authn/core@1.2.3');
    expect(asked).toBe('publish /core.tgz --access public --provenance\n');
  });

  it('skips what is already published', () => {
    const { said, asked } = rehearse(PACKED, `echo '"${digest('sha512', PACKED)}"'`);
    expect(said).toContain('already published  @grpc-authn/core@1.2.3');
    expect(asked).toBe('');
  });

  it('rejects a tarball that differs from what was packed', () => {
    const { said, asked } = rehearse(Buffer.from('something else'), NOT_THERE);
    expect(said).toContain('core.tgz differs from what was packed');
    expect(asked).toBe('');
  });

  it('fails where this version is published with other contents', () => {
    const { said, asked } = rehearse(PACKED, `echo '"sha512-other"'`);
    expect(said).toContain('@grpc-authn/core@1.2.3 is already published with other contents');
    expect(asked).toBe('');
  });

  it('fails where the registry does not answer', () => {
    const { said, asked } = rehearse(PACKED, 'echo ECONNREFUSED; exit 1');
    expect(said).toContain('the registry does not answer');
    expect(asked).toBe('');
  });
});
