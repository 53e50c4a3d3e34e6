import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { refusalScreens, SCREEN, withoutVariables } from '../support/refusal-screens.ts';

const DOCUMENT = new URL('../../../../docs/why-refused.md', import.meta.url);
/** What a terminal shows without scrolling. */
const [MAX_LINES, MAX_COLUMNS] = [30, 120];

describe('docs/why-refused.md', () => {
  it('shows what the command prints about what a real server refuses: run `pnpm screens`', async () => {
    const document = await readFile(DOCUMENT, 'utf8');
    const shown = new Map(
      [...document.matchAll(SCREEN)].map(([, , name = '', text = '']) => [name, text]),
    );
    const screens = await refusalScreens();
    assert.deepEqual([...shown.keys()], ['expired', 'audience', 'issuer', 'scope', 'provider']);
    for (const { name, text } of screens) {
      assert.equal(withoutVariables(shown.get(name) ?? ''), withoutVariables(text), name);
      const lines = text.split('\n');
      assert.ok(lines.length <= MAX_LINES, `${name} has ${lines.length} lines`);
      for (const line of lines) assert.ok(line.length <= MAX_COLUMNS, `${name}: ${line}`);
    }
  });
});
