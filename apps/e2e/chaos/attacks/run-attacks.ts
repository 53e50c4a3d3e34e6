import { spawnSync } from 'node:child_process';
import { availableParallelism, loadavg } from 'node:os';
import { hasOtherAddresses } from '../../support/load/loopback.ts';
import type { SectionResult } from '../document.ts';
import { BURSTS } from './bursts.ts';
import { FLOODS, MAX_CONNECTIONS } from './floods.ts';
import { OUTAGES } from './outages.ts';
import { POISON } from './poison.ts';
import { MAX_TRIES, measure, type Measured, type Scenario } from './scenario.ts';

const ATTACKS: readonly Scenario[] = [...FLOODS, ...POISON, ...BURSTS, ...OUTAGES];
/** Besides the connections of an attack: standard streams, sockets to the provider, good callers. */
const OTHER_FILES = 500;

/** Attacks on servers, with attacker, provider and server in processes of their own. */
export async function runAttacks(part: string): Promise<SectionResult> {
  await checkMachine();
  const [loadBefore = 0] = loadavg();
  const selected = ATTACKS.filter(({ name, of }) => `${of}: ${name}`.includes(part));
  const rows: (readonly [Scenario, Measured])[] = [];
  for (const [index, attack] of selected.entries()) {
    const measured = await measure(attack);
    rows.push([attack, measured]);
    const { notes, goals, good, median } = measured;
    const shown = [good, median, notes, goalsOf(goals), metOf(measured)].filter(Boolean).join('; ');
    console.log(`${index + 1} of ${selected.length}: ${attack.of}: ${attack.name}: ${shown}`);
  }
  const missed = rows.filter(([, { goals }]) => goals.some(({ isMet }) => !isMet)).length;
  const summary =
    `Node.js ${process.version}, ${availableParallelism()} cores, load average before the run ${loadBefore.toFixed(1)}; ` +
    `${missed} of ${rows.length} attacks miss a goal. ` +
    'Times are in ms.';
  return { text: `${tableOf(rows)}\n\n${summary}`, passed: missed === 0 && rows.length > 0 };
}

function tableOf(rows: readonly (readonly [Scenario, Measured])[]): string {
  return [
    '| attack | on | good calls served | median, before → during | p99, before → during | also | goal | met |',
    '| --- | --- | ---: | ---: | ---: | --- | --- | --- |',
    ...rows.map(([{ name, of }, measured]) => {
      const { good, median, p99, notes, goals } = measured;
      return `| ${[name, of, good, median, p99, notes, goalsOf(goals), metOf(measured)].join(' | ')} |`;
    }),
  ].join('\n');
}

function goalsOf(goals: Measured['goals']): string {
  return goals.length === 0 ? 'none' : goals.map(({ text }) => text).join(', ');
}

function metOf({ goals, tries }: Measured): string {
  const missed = goals.filter(({ isMet }) => !isMet).map(({ text }) => text);
  const after = tries === 1 ? '' : ` (run ${tries} of ${MAX_TRIES})`;
  if (goals.length === 0) return '';
  return (missed.length === 0 ? 'yes' : `**no**: ${missed.join(', ')}`) + after;
}

/** @throws Error where the attacks cannot be run. */
async function checkMachine(): Promise<void> {
  if (!(await hasOtherAddresses())) {
    throw new Error(
      'expected 127.0.0.2 and the next 50 addresses on the loopback interface, received 127.0.0.1 only; on macOS add ' +
        'each with `sudo ifconfig lo0 alias`',
    );
  }
  // Node.js raises its own limit to the hard one, and what it starts inherits that.
  const { stdout } = spawnSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' });
  const limit = Number(stdout);
  const needed = MAX_CONNECTIONS + OTHER_FILES;
  if (limit < needed) {
    throw new Error(
      `expected at least ${needed} file descriptors a process for ${MAX_CONNECTIONS} connections, received ${limit}; ` +
        `raise the hard limit, with \`ulimit -Hn ${needed}\` as root for example`,
    );
  }
}
