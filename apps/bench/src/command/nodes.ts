import { join } from 'node:path';

const MODULES = join(import.meta.dirname, '../../node_modules');

/** The measured Node.js versions, each by the package that installs it. */
export const NODES: Readonly<Record<string, string>> = {
  '20': programOf('node-20'),
  '22': programOf('node-22'),
  '24': programOf('node-24'),
  '26': programOf('node'),
};

function programOf(name: string): string {
  return join(MODULES, name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
}
