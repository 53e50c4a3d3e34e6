import { isIP } from 'node:net';
import { generate } from 'selfsigned';

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** A self-signed certificate for the address or the name. */
export async function createCertificate(
  commonName: string,
  host = '127.0.0.1',
): Promise<Certificate> {
  const altName =
    isIP(host) === 0 ? ({ type: 2, value: host } as const) : ({ type: 7, ip: host } as const);
  const { private: key, cert } = await generate([{ name: 'commonName', value: commonName }], {
    extensions: [{ name: 'subjectAltName', altNames: [altName] }],
  });
  return { cert, key };
}
