import { loadAuth } from '@grpc-authn/config';
import { AuthError } from '@grpc-authn/core';
import { adapter as hs256 } from '@grpc-authn/hs256/adapter';
import { SignJWT } from 'jose';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createFolder } from '../../../packages/config/test/support/config-folder.ts';
import { createLookingClock } from '../../../packages/config/test/support/loaded.ts';

const ISSUER = 'https://a.example';
const SECRET = 'correct-horse-battery-staple-0123456789';
const LOOK_MS = 1000;

describe('a watched file that is cut at any of its bytes, and stays so', () => {
  const OLD = `policy:
  rules:
    a.B/C: authenticated
authenticator:
  use: hs256
  secrets: [{ text: ${SECRET}, encoding: utf8 }]
  audience:
    - orders
  issuer: ${ISSUER}
  clockToleranceSeconds: 1
  maxTokenAgeSeconds: 600
  pin:
    org: acme
    team:
      - red
  typ:
    - at+jwt
  requiredClaims:
    - jti
    - sid
`;
  // Other texts, so that their beginnings are not that of the running config.
  const NEW = `# new\n${OLD.replace('- red', '- red # and no other')}`;
  const [policy = '', options = ''] = NEW.split('authenticator:\n');
  const NAMED = `${policy}authenticator: main\nauthenticators:\n  main:\n${options.replaceAll(/^/gm, '  ')}`;

  it.each([
    ['the running config', OLD],
    ['another', NEW],
    ['another, with names', NAMED.trimEnd()],
  ])(
    'accepts no token that was rejected: %s',
    async (_, text) => {
      const clock = createLookingClock();
      const folder = await createFolder(OLD);
      const auth = await loadAuth({ file: folder.file, adapters: [hs256], clock });
      onTestFinished(() => auth.close());
      const ends: string[] = [];
      auth.watch({ onReload: (error) => ends.push(error?.message ?? 'reloaded') });
      const seconds = (): number => Math.floor(Date.now() / 1000);
      const sign = (more: object, typ = 'at+jwt'): Promise<string> => {
        const iat = seconds();
        const good = { iss: ISSUER, aud: 'orders', org: 'acme', team: 'red', jti: '1', sid: '1' };
        return new SignJWT({ ...good, iat, exp: iat + 600, ...more })
          .setProtectedHeader({ alg: 'HS256', ...(typ === '' ? {} : { typ }) })
          .sign(Buffer.from(SECRET));
      };
      const ask = async (token: string): Promise<string> => {
        const context = { method: '/a.B/C', signal: new AbortController().signal };
        const credentials = { scheme: 'bearer', token };
        const verdict = await auth.authenticator.authenticate(credentials, context);
        return AuthError.is(verdict) ? 'rejected' : 'accepted';
      };
      const lacking = { org: 'other', jti: undefined, sid: undefined, iat: undefined };
      /** Signed again each time, so that each has one fault only. */
      const badTokens = (): Promise<readonly string[]> =>
        Promise.all([
          sign({ org: 'other' }),
          sign({ team: 'blue' }),
          sign({}, ''),
          sign({}, 'JWT'),
          sign({ jti: undefined }),
          sign({ sid: undefined }),
          sign({ iat: seconds() - 660 }),
          sign({ iat: seconds() + 4 }),
          sign({ aud: 'other' }),
          sign({ iss: ISSUER.slice(0, -1) }),
          sign(lacking, ''),
          sign({ ...lacking, iss: ISSUER.slice(0, -1) }, ''),
        ]);
      expect(await ask(await sign({}))).toBe('accepted');
      const look = async (times: number): Promise<void> => {
        for (let time = 0; time < times; time += 1) {
          await clock.advance(LOOK_MS);
          await clock.looked();
        }
      };
      for (let length = 0; length < text.length; length += 1) {
        await folder.write(text.slice(0, length));
        await look(2);
        for (const token of await badTokens())
          expect(await ask(token), `cut at ${length}`).toBe('rejected');
        expect(auth.policy.ruleFor('/a.B/C').description).toBe('authenticated');
      }
      await folder.write(`${text}\n# whole\n`);
      await look(3);
      expect(ends.at(-1)).toBe('reloaded');
      for (const token of await badTokens()) expect(await ask(token)).toBe('rejected');
    },
    120_000,
  );
});
