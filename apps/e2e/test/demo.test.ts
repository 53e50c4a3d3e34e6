import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const DEMO = fileURLToPath(new URL('../../../example/dist/demo/main.js', import.meta.url));
const OPEN_SERVER = fileURLToPath(new URL('../support/open-orders-server.js', import.meta.url));

function runDemo(...args: readonly string[]): { status: number | null; rows: readonly string[] } {
  const { status, stdout } = spawnSync(process.execPath, [DEMO, ...args], { encoding: 'utf8' });
  return { status, rows: stdout.split('\n') };
}

// It sends SIGHUP to a provider and to a server.
const skip = process.platform === 'win32' && 'needs POSIX signals';

describe('the demo', { skip }, () => {
  it('prints a row for each case and each kind of call, and exits with 0', () => {
    const { status, rows } = runDemo();
    assert.deepEqual(
      rows.filter((row) => row.endsWith('DIFFERENT')),
      [],
    );
    assert.equal(status, 0, rows.slice(-5).join('\n'));
    assert.ok(rows.filter((row) => row.endsWith(' ok')).length >= 7 * 4);
    const exchanges = rows.filter((row) => / all four +0 refused, 0 lost .* ok$/.test(row));
    assert.deepEqual(
      exchanges.map((row) => row.split('  ')[0]?.replace(/ all four.*/, '')),
      ['hs256 -> combined', 'combined -> oidc', 'oidc -> combined', 'combined -> introspection'],
    );
  });

  it('prints the rows that differ and exits with 1 where the server accepts everybody', () => {
    const { status, rows } = runDemo('--server', OPEN_SERVER);
    assert.equal(status, 1);
    const different = rows.filter((row) => row.endsWith('DIFFERENT'));
    assert.ok(different.some((row) => /^no token +unary +UNAUTHENTICATED +OK/.test(row)));
    assert.ok(different.some((row) => /^good token +server stream +OK +UNIMPLEMENTED/.test(row)));
    assert.ok(
      different.some((row) => / -> .+ all four +0 refused, 0 lost .*[1-9]\d* lost/.test(row)),
    );
  });
});
