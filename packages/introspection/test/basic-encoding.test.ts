import { inspect } from 'node:util';
import { createFakeClock } from '@grpc-authn/testing';
import { describe, expect, it } from 'vitest';
import { createIntrospectionAuthenticator } from '../src/index.ts';
import {
  ACTIVE,
  METADATA_PATH,
  type ProviderServer,
  send,
  startProvider,
} from './support/provider-server.ts';
import { CLIENT_ID, createSubject, SECRET } from './support/test-authenticator.ts';

/** The secret as the Basic scheme writes it, in the two forms. */
const FORMS = { form: encodeURIComponent(SECRET).replaceAll('-', '%2D'), plain: SECRET } as const;

/** A provider that accepts these forms, after an outage; to others it gives the refusal. */
async function start(
  accepts: readonly (keyof typeof FORMS)[],
  refusal: readonly [status: number, body: unknown, type?: string] = [401, ''],
  outage: readonly (number | undefined)[] = [],
): Promise<ProviderServer & { readonly forms: () => readonly string[] }> {
  const provider = await startProvider();
  const secretOf = (authorization = ''): string =>
    atob(authorization.replace('Basic ', '')).split(':')[1] ?? '';
  const formOf = (secret: string): string =>
    Object.entries(FORMS).find(([, text]) => text === secret)?.[0] ?? 'neither';
  provider.respond(({ headers }, response) => {
    const outageStatus = outage[provider.questions.length - 1];
    if (outageStatus !== undefined) return send(response, '', outageStatus);
    const form = formOf(secretOf(headers.authorization));
    if (accepts.some((accepted) => accepted === form)) return send(response, ACTIVE);
    const [status, body, type] = refusal;
    return send(response, body, status, type === undefined ? {} : { 'content-type': type });
  });
  const forms = (): readonly string[] =>
    provider.questions.map(({ headers }) => formOf(secretOf(headers.authorization)));
  return { ...provider, forms };
}

describe('a provider that does not decode client_secret_basic', () => {
  it.each<readonly [string, Parameters<typeof start>[1]]>([
    ['401', [401, '']],
    ['401 with JSON', [401, { error: 'invalid_client' }]],
    ['403 without JSON', [403, '<html>forbidden</html>', 'text/html']],
    ['400 invalid_client', [400, { error: 'invalid_client' }]],
  ])('gets id and secret as they are after its first %s, for all tokens', async (_, refusal) => {
    const provider = await start(['plain'], refusal);
    const { decide, events } = createSubject(provider, { cache: false });
    expect([await decide('a'), await decide('b')]).toEqual(['accepted', 'accepted']);
    expect(provider.forms()).toEqual(['form', 'plain', 'plain']);
    expect(events).toEqual([
      {
        type: 'client_secret_plain',
        authenticator: 'introspection',
        detail: { clientId: CLIENT_ID },
      },
    ]);
  });

  it.each([404, 429, 500, 503])(
    'gets them as they are after an outage, too: %d',
    async (status) => {
      const clock = createFakeClock();
      const provider = await start(['plain'], [401, ''], [status]);
      const { decide } = createSubject(provider, { cache: false, clock });
      const decisions = [await decide('a')];
      await clock.advance(60_000);
      decisions.push(await decide('b'));
      expect(decisions).toEqual(['unavailable/introspection', 'accepted']);
      expect(provider.forms()).toEqual(['form', 'form', 'plain']);
    },
  );

  it('is asked in the form that the option says', async () => {
    const provider = await start(['plain']);
    const { decide } = createSubject(provider, { basicEncoding: 'plain' });
    expect(await decide('a')).toBe('accepted');
    expect(provider.forms()).toEqual(['plain']);
  });
});

describe('a provider that decodes client_secret_basic', () => {
  it('gets them percent-encoded after an outage that began with a 401, too', async () => {
    const clock = createFakeClock();
    const provider = await start(['form'], [401, ''], [401, 503]);
    const { decide } = createSubject(provider, { cache: false, clock });
    const decisions = [await decide('a')];
    await clock.advance(60_000);
    decisions.push(await decide('b'));
    expect(decisions).toEqual(['unavailable/introspection', 'accepted']);
    expect(provider.forms()).toEqual(['form', 'plain', 'form']);
  });

  it('never gets the plain form, whatever its later answers are', async () => {
    const provider = await start(['form']);
    const { decide } = createSubject(provider, { cache: false });
    expect(await decide('a')).toBe('accepted');
    provider.say('', 401);
    expect(await decide('b')).toBe('unavailable/introspection');
    expect(provider.forms()).toEqual(['form', 'form']);
  });

  it.each<readonly [string, number, unknown]>([
    ['a refusal of the token', 400, { error: 'invalid_request' }],
    ['403 with JSON, which is about rights', 403, { error: 'access_denied' }],
    ['an outage', 503, ''],
  ])('does not get it after %s', async (_, status, body) => {
    const provider = await start([], [status, body]);
    await createSubject(provider).decide('a');
    expect(provider.forms()).toEqual(['form']);
  });
});

describe('wrong credentials', () => {
  it('are reported once, with both forms that were tried, and without the secret', async () => {
    const provider = await start([]);
    const { refusal, events } = createSubject(provider);
    expect(await refusal('a')).toMatchObject({ code: 'unavailable' });
    expect(await refusal('b')).toMatchObject({ code: 'unavailable' });
    expect(events).toMatchObject([
      {
        type: 'introspection_credentials_rejected',
        error: {
          message:
            `POST ${provider.endpoint}: answered 401, so it does not accept our credentials, ` +
            'neither percent-encoded (form) nor as they are (plain); ' +
            'check clientId and clientAuthentication',
        },
      },
    ]);
    expect(inspect(events, { depth: 9 })).not.toContain(SECRET);
    expect(provider.forms()).toEqual(['form', 'plain', 'form']);
  });

  it('are tried in the plain form again after a minute', async () => {
    const clock = createFakeClock();
    const provider = await start([]);
    const { decide } = createSubject(provider, { clock });
    await decide('a');
    await clock.advance(60_000);
    await decide('b');
    expect(provider.forms()).toEqual(['form', 'plain', 'form', 'plain']);
  });

  it.each(['form', 'plain'] as const)(
    'are tried in one form where the option says %s',
    async (basicEncoding) => {
      const provider = await start([]);
      const { decide, events } = createSubject(provider, { basicEncoding });
      await decide('a');
      expect(provider.forms()).toEqual([basicEncoding]);
      expect(String(events[0]?.error)).not.toContain('neither');
    },
  );
});

describe('the option basicEncoding', () => {
  const options = { endpoint: 'https://id.example.com/introspect', clientId: 'a', audience: 'b' };
  const secret = 'c';

  it('is one of three words', () => {
    const clientAuthentication = { method: 'client_secret_basic', secret } as const;
    const create = () =>
      createIntrospectionAuthenticator({
        ...options,
        clientAuthentication,
        basicEncoding: 'base64' as 'auto',
      });
    expect(create).toThrow(/^basicEncoding: expected one of auto, form, plain/);
  });

  it('belongs to client_secret_basic', () => {
    const clientAuthentication = { method: 'client_secret_post', secret } as const;
    const create = () =>
      createIntrospectionAuthenticator({ ...options, clientAuthentication, basicEncoding: 'auto' });
    expect(create).toThrow(/^basicEncoding: expected client_secret_basic beside it/);
  });
});

describe('metadataUrl', () => {
  const issuer = 'https://id.example.com/realms/a';

  it("names the endpoint of a provider whose internal address is not its issuer's", async () => {
    const provider = await startProvider();
    const endpoint = `${provider.origin}/introspect`;
    provider.publish('/metadata?tenant=a', { issuer, introspection_endpoint: endpoint });
    const metadataUrl = `${provider.origin}/metadata?tenant=a`;
    const { decide } = createSubject({ issuer }, { metadataUrl });
    expect(await decide('a')).toBe('accepted');
    expect(provider.paths).toEqual(['/metadata?tenant=a', '/introspect']);
  });

  it('is refused where its metadata names another issuer, and ready() says which', async () => {
    const provider = await startProvider();
    const { decide, authenticator } = createSubject(
      { issuer },
      { metadataUrl: `${provider.origin}${METADATA_PATH}` },
    );
    expect(await decide('a')).toBe('unavailable/discovery');
    await expect(authenticator.ready()).rejects.toThrow(
      `expected "${issuer}", received "${provider.origin}"`,
    );
    expect(provider.questions).toHaveLength(0);
  });

  it('needs an issuer, and no endpoint', () => {
    const metadataUrl = 'https://id.example.com/metadata';
    expect(() => createSubject({}, { metadataUrl })).toThrow(/^issuer: expected the issuer/);
    const both = () =>
      createSubject({ issuer, endpoint: 'https://id.example.com/a' }, { metadataUrl });
    expect(both).toThrow(/^metadataUrl: expected either/);
  });
});
