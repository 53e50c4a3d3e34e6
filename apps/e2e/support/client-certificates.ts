import { X509Certificate } from 'node:crypto';
import { exportJWK, type JWK } from 'jose';
import { generate } from 'selfsigned';

export type Pem = Awaited<ReturnType<typeof generate>>;

/** An authority, what it signed for a server and a client, and a certificate that the client signed itself. */
export async function createCertificates(
  client: string,
): Promise<Readonly<Record<'authority' | 'server' | 'client' | 'selfSigned', Pem>>> {
  const authority = await generate([{ name: 'commonName', value: 'authority' }], {
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, critical: true },
    ],
  });
  const signed = (name: string): Promise<Pem> =>
    generate([{ name: 'commonName', value: name }], {
      ca: { key: authority.private, cert: authority.cert },
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
    });
  return {
    authority,
    server: await signed('provider'),
    client: await signed(client),
    selfSigned: await generate([{ name: 'commonName', value: 'self-signed' }]),
  };
}

/** As a client registers it (RFC 8705, section 2.2.2). */
export async function certificateJwk(pem: string): Promise<JWK> {
  const certificate = new X509Certificate(pem);
  const key = await exportJWK(certificate.publicKey);
  return { ...key, x5c: [certificate.raw.toString('base64')] };
}
