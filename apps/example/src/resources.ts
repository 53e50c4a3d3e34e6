/** What tokens may be asked for, by `resource` (RFC 8707): that decides their form. */
export const RESOURCES = {
  jwt: { name: 'urn:orders:jwt', audience: 'orders', format: 'jwt', seconds: 300 },
  opaque: { name: 'urn:orders:opaque', audience: 'orders', format: 'opaque', seconds: 300 },
  // For the demo of what ends.
  brief: { name: 'urn:orders:brief', audience: 'orders', format: 'jwt', seconds: 2 },
  billing: { name: 'urn:billing:jwt', audience: 'billing', format: 'jwt', seconds: 300 },
  opaqueBilling: {
    name: 'urn:billing:opaque',
    audience: 'billing',
    format: 'opaque',
    seconds: 300,
  },
} as const;
export const SCOPES = 'orders:read orders:write';
