/** What tokens can be requested for, by `resource` (RFC 8707), which decides their format. */
export const RESOURCES = {
  jwt: { name: 'urn:orders:jwt', audience: 'orders', format: 'jwt', seconds: 300 },
  opaque: { name: 'urn:orders:opaque', audience: 'orders', format: 'opaque', seconds: 300 },
  // For demo steps with an expiring token.
  brief: { name: 'urn:orders:brief', audience: 'orders', format: 'jwt', seconds: 2 },
  // For the page: its tokens expire while somebody watches. The provider confirms opaque ones only.
  page: { name: 'urn:orders:page', audience: 'orders', format: 'opaque', seconds: 90 },
  billing: { name: 'urn:billing:jwt', audience: 'billing', format: 'jwt', seconds: 300 },
  opaqueBilling: {
    name: 'urn:billing:opaque',
    audience: 'billing',
    format: 'opaque',
    seconds: 300,
  },
} as const;
export const SCOPES = 'orders:read orders:write';
