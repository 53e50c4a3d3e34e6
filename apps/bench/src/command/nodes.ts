import { fileURLToPath } from 'node:url';

const MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url));

/** The measured Node.js versions, each by the package that installs it. */
export const NODES: Readonly<Record<string, string>> = {
  '20': `${MODULES}/node-20/bin/node`,
  '22': `${MODULES}/node-22/bin/node`,
  '24': `${MODULES}/node-24/bin/node`,
  '26': `${MODULES}/node/bin/node`,
};
