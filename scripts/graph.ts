// Prints the packages, their arrows, cycles, repeated blocks, and the size of the sources. Fails where the graph does.
import { packageArrows, upwardArrows } from './graph/arrows.ts';
import { cyclesIn } from './graph/cycles.ts';
import { duplicatesIn } from './graph/duplicates.ts';
import { floorOf } from './graph/floors.ts';
import { readSourceFiles } from './graph/source-files.ts';

const files = readSourceFiles();
const arrows = packageArrows(files);
const linesOf = (some: typeof files): number =>
  some.reduce((sum, { text }) => sum + text.split('\n').length - 1, 0);

console.log('floor  package          files   lines  imports');
const byFloor = [...arrows].toSorted(
  ([one], [other]) => (floorOf(one) ?? Infinity) - (floorOf(other) ?? Infinity),
);
for (const [name, targets] of byFloor) {
  const own = files.filter((file) => file.package === name);
  const cells = [
    String(floorOf(name) ?? '?').padStart(5),
    name.padEnd(15),
    String(own.length).padStart(6),
    String(linesOf(own)).padStart(7),
    targets.join(', ') || '-',
  ];
  console.log(cells.join('  '));
}

const fileCycles = cyclesIn(new Map(files.map(({ path, imports }) => [path, imports])));
const count = [...arrows.values()].reduce((sum, targets) => sum + targets.length, 0);
console.log(
  `\n${arrows.size} packages, ${count} arrows, ${files.length} files, ${linesOf(files)} lines`,
);
const problems = [
  list(
    'cycles of packages',
    cyclesIn(arrows).map((group) => group.join(', ')),
  ),
  list(
    'cycles of files',
    fileCycles.map((group) => group.join(', ')),
  ),
  list('upward arrows', upwardArrows(files)),
  list('repeated blocks of more than ten lines', duplicatesIn(files)),
];
process.exitCode = problems.some((length) => length > 0) ? 1 : 0;

function list(title: string, found: readonly string[]): number {
  console.log(`${found.length} ${title}`);
  for (const one of found) console.log(`  ${one}`);
  return found.length;
}
