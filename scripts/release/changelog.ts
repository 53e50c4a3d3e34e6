// Writes a CHANGELOG.md entry: the text of the changeset, which was written for users, without commits and
// without
// the other packages of this repository, which are released together.

export function getReleaseLine({ summary }: { readonly summary: string }): string {
  return `- ${summary.trim().replaceAll(/\n(?!\n|$)/g, '\n  ')}`;
}

export function getDependencyReleaseLine(): string {
  return '';
}
