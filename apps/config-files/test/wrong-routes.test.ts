import { ConfigError } from '@grpc-authn/core';
import { adapter as hs256 } from '@grpc-authn/hs256/adapter';
import { adapter as byIssuer } from '@grpc-authn/jwt/adapter';
import { loadAuth } from '@grpc-authn/config';
import { expect, it } from 'vitest';
import { createFolder } from '../../../packages/config/test/support/config-folder.ts';

it('byIssuer reports every wrong route at its own line', async () => {
  const wrong = (issuer: string): string =>
    `{ use: hs256, issuer: ${issuer}, audience: orders, secrets: [{ text: short, encoding: utf8 }] }`;
  const { file } = await createFolder(`authenticator:
  use: byIssuer
  issuers:
    https://a.example: ${wrong('https://a.example')}
    https://b.example: ${wrong('https://b.example')}
    https://c.example: { use: hs265 }
  opaque: ${wrong('https://d.example')}
`);
  const error: unknown = await loadAuth({ file, adapters: [hs256, byIssuer] }).catch(
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ConfigError)) throw error;
  expect(error.problems.map(({ line, path }) => `${line} ${path}`)).toEqual([
    '4 authenticator.issuers["https://a.example"].secrets[0]',
    '5 authenticator.issuers["https://b.example"].secrets[0]',
    '6 authenticator.issuers["https://c.example"].use',
    '7 authenticator.opaque.secrets[0]',
  ]);
});
