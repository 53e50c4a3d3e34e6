// The file selects the adapter. An adapter that is not installed is reported by its name.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { loadAuth } from '@grpc-authn/config';

const { HS256_ISSUER, HS256_TOKEN } = process.env;
writeFileSync(
  'grpc-authn.yaml',
  `authenticator:
  use: hs256
  issuer: ${HS256_ISSUER}
  audience: orders
  secrets: [{ text: "\${SECRET}", encoding: base64 }]
policy: { otherwise: deny, rules: { orders.v1.Orders/Get: authenticated } }
`,
);
const auth = await loadAuth({ file: 'grpc-authn.yaml' });
const verdict = await auth.authenticator.authenticate(
  { scheme: 'bearer', token: HS256_TOKEN },
  { method: '/orders.v1.Orders/Get', signal: new AbortController().signal },
);
assert.equal(verdict.subject, 'alice');
assert.equal(typeof auth.interceptor, 'function');
await auth.close();

writeFileSync(
  'other.yaml',
  `authenticator: { use: oidc, issuer: "https://id.example.com", audience: orders }
policy: { otherwise: deny, rules: { orders.v1.Orders/Get: authenticated } }
`,
);
await assert.rejects(loadAuth({ file: 'other.yaml' }), /npm install @grpc-authn\/oidc/);
