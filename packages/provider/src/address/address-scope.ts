import { lookup } from 'node:dns/promises';
import ipaddr from 'ipaddr.js';

/** A public name must not point at a private or forbidden address. */
export type AddressScope = 'public' | 'private' | 'forbidden';

/** Loopback counts as private; link-local (a cloud's metadata service) and multicast are forbidden. */
export function scopeOfAddress(address: string): AddressScope {
  if (!ipaddr.isValid(address)) return 'forbidden';
  const parsed = ipaddr.process(address);
  const range = parsed.range();
  if (parsed instanceof ipaddr.IPv6 && (range === 'rfc6052' || isIpv4Compatible(parsed))) {
    // NAT64 and the old IPv4-compatible form carry an IPv4 address in their last four bytes.
    return scopeOfAddress(parsed.toByteArray().slice(12).join('.'));
  }
  if (range === 'unicast') return 'public';
  const isPrivate = ['private', 'loopback', 'uniqueLocal', 'carrierGradeNat'].includes(range);
  return isPrivate ? 'private' : 'forbidden';
}

/** ::a.b.c.d (RFC 4291, section 2.5.5.1), except :: and ::1. */
function isIpv4Compatible(address: ipaddr.IPv6): boolean {
  const bytes = address.toByteArray();
  return bytes.slice(0, 12).every((byte) => byte === 0) && (bytes[12] !== 0 || bytes[13] !== 0);
}

/** The host of a URL if it is an IP address, IPv6 without brackets. */
export function literalAddressOf(url: URL): string | undefined {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return ipaddr.isValid(host) ? host : undefined;
}

export function isLoopbackHost(url: URL): boolean {
  const address = literalAddressOf(url);
  if (address === undefined) return url.hostname === 'localhost';
  return ipaddr.process(address).range() === 'loopback';
}

/** True if any address of the host is private. */
export async function isPrivateHost(url: URL): Promise<boolean> {
  const literal = literalAddressOf(url);
  if (literal !== undefined) return scopeOfAddress(literal) === 'private';
  const addresses = await lookup(url.hostname, { all: true });
  return addresses.some(({ address }) => scopeOfAddress(address) === 'private');
}
