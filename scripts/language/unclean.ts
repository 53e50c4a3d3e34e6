/** Files and folders that the check does not read yet. Remove an entry when its folder is clean; add none. */
export const UNCLEAN: readonly string[] = ['docs/bench', 'docs/policy.md'];
