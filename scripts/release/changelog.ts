// What stands in a CHANGELOG.md: the words of the changeset, which were written for users, and nothing
// about commits or about the family's other packages, which move along anyway.

export function getReleaseLine({ summary }: { readonly summary: string }): string {
  return `- ${summary.trim().replaceAll(/\n(?!\n|$)/g, '\n  ')}`;
}

export function getDependencyReleaseLine(): string {
  return '';
}
