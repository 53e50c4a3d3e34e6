import { type Input } from '../../command/command.ts';
import { UsageError } from '../../command/failure.ts';
import type { Env } from '../../env.ts';
import type { Need, Recipe } from './recipe.ts';

const SETTING = /^([A-Za-z_]\w*)=(.*)$/s;
/** One line of printable text: what a provider's console shows. */
const VALUE = /^[^\p{Cc}]{1,2048}$/u;

/**
 * The values of `--set NAME=value`, by the names of the recipe.
 *
 * @throws UsageError; its message has no value
 */
export function givenValues(input: Input, { provider, needs }: Recipe): Map<string, string> {
  const names = new Map(needs.map(({ name }) => [name.toLowerCase(), name]));
  const values = new Map<string, string>();
  const settings = (input.options['set'] ?? []) as readonly string[];
  for (const setting of settings) {
    const [, given = '', value = ''] = SETTING.exec(setting) ?? [];
    const name = names.get(given.toLowerCase());
    if (name === undefined) {
      const list = needs.length === 0 ? 'none' : needs.map((need) => need.name).join(', ');
      throw new UsageError(`--set: expected NAME=value; the names of ${provider} are: ${list}`);
    }
    if (!VALUE.test(value)) {
      throw new UsageError(`--set ${name}: expected a value, one line of at most 2,048 characters`);
    }
    if (values.has(name)) throw new UsageError(`--set ${name}: expected once`);
    values.set(name, value);
  }
  return values;
}

/** True if a person can be asked. */
export function isInteractive({ stdin, stderr }: Env): boolean {
  return stdin.isTTY === true && stderr.isTTY === true;
}

/** Asks for each value. @throws UsageError where the person cancels */
export async function askFor(needs: readonly Need[], env: Env): Promise<Map<string, string>> {
  const { isCancel, text } = await import('@clack/prompts');
  const values = new Map<string, string>();
  for (const { name, comment } of needs) {
    const answer = await text({
      message: comment === undefined ? name : `${name}\n${comment}`,
      validate: (value) => (VALUE.test(value ?? '') ? undefined : 'Enter a value, in one line.'),
      input: env.stdin,
      output: env.stderr,
    });
    if (isCancel(answer)) throw new UsageError('cancelled; nothing was written');
    values.set(name, answer);
  }
  return values;
}

/** Asks which provider. @throws UsageError where the person cancels */
export async function askForProvider(names: readonly string[], env: Env): Promise<string> {
  const { autocomplete, isCancel } = await import('@clack/prompts');
  const answer = await autocomplete({
    message: 'Which provider issues the tokens?',
    options: names.map((value) => ({ value })),
    maxItems: 12,
    input: env.stdin,
    output: env.stderr,
  });
  if (isCancel(answer)) throw new UsageError('cancelled; nothing was written');
  return answer;
}
