import { join } from 'node:path';

const MODULES = join(import.meta.dirname, '../../node_modules');

/** The measured Node.js versions, each by the package that installs it. */
export const NODES: Readonly<Record<string, string>> = {
  '20': programOf('node-20'),
  '22': programOf('node-22'),
  '24': programOf('node-24'),
  '26': programOf('node'),
};

/** The one in the picture, on which what no goal needs is measured too. */
export const SHOWN_NODE = '24';

function programOf(name: string): string {
  return join(MODULES, name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
}
