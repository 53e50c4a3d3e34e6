import { isIPv4, isIPv6 } from 'node:net';

/** All callers whose address the transport does not know: those on Unix sockets, for example. */
const LOCAL = 'local';

/**
 * What counts as one peer: an IPv4 address, the /64 of an IPv6 address (one subscriber usually has a
 * whole one), or everybody without an IP address.
 */
export function peerKeyOf(address: string): string {
  return ipPeerOf(address) ?? LOCAL;
}

/** The same for an IP address; undefined for every other text. */
export function ipPeerOf(address: string): string | undefined {
  const withoutPort = address.replace(/:\d+$/, '');
  for (const candidate of [withoutPort, address]) {
    const host = candidate.replace(/^\[|\]$|%.*$/g, '');
    if (isIPv4(host)) return host;
    if (isIPv6(host)) return networkOf(host);
  }
  return undefined;
}

function networkOf(host: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(host)?.[1];
  if (mapped !== undefined) return mapped;
  const [head = '', tail] = host.toLowerCase().split('::');
  const before = groupsOf(head);
  const after = tail === undefined ? [] : groupsOf(tail);
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return [...before, ...zeros, ...after].slice(0, 4).map(withoutZeros).join(':');
}

function groupsOf(part: string): readonly string[] {
  // A dotted tail takes the place of two groups.
  return part === ''
    ? []
    : part.split(':').flatMap((group) => (group.includes('.') ? ['0', '0'] : [group]));
}

function withoutZeros(group: string): string {
  return group.replace(/^0+(?=.)/, '');
}
