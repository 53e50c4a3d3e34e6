import { execFileSync } from 'node:child_process';

/** The versions that the program itself reports. */
export function nodeVersions(node: string): { readonly node: string; readonly openssl: string } {
  const received = execFileSync(node, ['-p', 'JSON.stringify(process.versions)'], {
    encoding: 'utf8',
  });
  const { node: version, openssl } = JSON.parse(received) as { node: string; openssl: string };
  return { node: version, openssl };
}
