// pnpm chaos [--only phases|attacks] [--seconds-a-phase 8] [--attack NAME]
import { parseArgs } from 'node:util';
import { runAttacks } from './attacks/run-attacks.ts';
import { type Section, SECTIONS, writeSection } from './document.ts';
import { PHASE_MS, runPhases } from './phases/run-phases.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    'seconds-a-phase': { type: 'string', default: String(PHASE_MS / 1000) },
    /** Part of the name of an attack, for one that is being worked on. */
    attack: { type: 'string', default: '' },
  },
});
const { only, attack } = values;
if (only !== undefined && !(only in SECTIONS)) {
  throw new Error(`--only: expected ${Object.keys(SECTIONS).join(' or ')}, received ${only}`);
}
const phaseMs = Math.min(600, Math.max(1, Number(values['seconds-a-phase']))) * 1000;

/** A run that leaves something out is printed, and not committed. */
const runs: Readonly<
  Record<Section, readonly [isComplete: boolean, run: () => ReturnType<typeof runPhases>]>
> = {
  phases: [phaseMs >= PHASE_MS, () => runPhases(phaseMs)],
  attacks: [attack === '', () => runAttacks(attack)],
};

for (const [section, [isComplete, run]] of Object.entries(runs)) {
  if (only !== undefined && only !== section) continue;
  const { text, passed } = await run();
  console.log(`\n${text}\n`);
  if (isComplete) writeSection(section as Section, text);
  if (!passed) process.exitCode = 1;
}
