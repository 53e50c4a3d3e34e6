// Prints `version=X` for the output folder of `changeset pack`; `version=` where there is nothing to publish.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const { plan } = JSON.parse(
  readFileSync(join(process.argv[2] ?? '', 'publish-plan.json'), 'utf8'),
) as { readonly plan: readonly (readonly { readonly kind: string; readonly version: string }[])[] };
const publishable = plan.flat().filter(({ kind }) => kind === 'publish');
const [version = '', ...others] = new Set(publishable.map((release) => release.version));
if (others.length > 0) throw new Error(`more than one version: ${[version, ...others].join(', ')}`);
console.log(`version=${version}`);
