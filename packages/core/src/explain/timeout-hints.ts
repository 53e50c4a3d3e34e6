/** What to do when a provider does not answer in time, by the check that needs its answer. */
export const TIMEOUT_HINTS: Readonly<Record<'key' | 'introspection' | 'rule', string>> = {
  key: hintFor('send its keys'),
  introspection: hintFor('answer about the token'),
  rule: hintFor('answer whether it confirms the caller'),
};

function hintFor(what: string): string {
  return `the provider did not ${what} in time: is it reachable? grpc-authn check FILE shows what it answers`;
}
