import { describe, expect, it } from 'vitest';
import { CHECKS } from '../../src/contract/checks.ts';
import { type Capability, describeAuthenticator } from '../../src/index.ts';
import { checksOf } from '../support/recorded-failures.ts';
import { tableSubject } from '../support/table.ts';

function skippedBy(capabilities: readonly Capability[]): readonly string[] {
  const skipped: string[] = [];
  const runner = {
    describe: (_: string, body: () => void): void => body(),
    it: Object.assign((): void => undefined, { skip: (name: string) => skipped.push(name) }),
  };
  describeAuthenticator(runner, tableSubject(capabilities));
  return skipped;
}

const count = CHECKS.filter(({ having }) => having === 'network').length;
const name = `(skipped: ${count} checks of outages, because it does not declare "network")`;

describe('the checks of outages', () => {
  it('are shown as skipped for a subject without a provider', () => {
    expect(skippedBy([])).toEqual([name]);
  });

  it('are not skipped for a subject with a provider', () => {
    expect(skippedBy(['network'])).toEqual([]);
  });

  it('are shown as an empty test if the runner cannot skip', () => {
    expect(checksOf(tableSubject())).toContain(name);
    expect(checksOf(tableSubject(['network']))).not.toContain(name);
  });
});
