import { describe, expect, it } from 'vitest';
import { send } from '../../../introspection/test/support/provider-server.ts';
import { createCountedClock } from '../../../jwks/test/support/counted-clock.ts';
import { createTokenSource, type TokenSource } from '../../src/index.ts';
import { createTokenExchangeSource } from '../../src/node.ts';
import {
  CLIENT_ID,
  createSubjectOf,
  SECRET,
  sortedForm,
  startTokenServer,
  type Subject,
  TOKENS,
} from './support/token-server.ts';

type Options = Parameters<typeof createTokenExchangeSource>[0];

const GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';
const JWT = 'urn:ietf:params:oauth:token-type:jwt';
const REFRESH_TOKEN = 'urn:ietf:params:oauth:token-type:refresh_token';

function createExchange(
  { origin: issuer }: { readonly origin: string },
  options: Partial<Options> = {},
): Subject {
  return createSubjectOf((renewal) =>
    createTokenExchangeSource({
      issuer,
      clientId: CLIENT_ID,
      clientAuthentication: { method: 'client_secret_post', secret: SECRET },
      subject: 's0',
      ...renewal,
      ...options,
    }),
  );
}

/** A subject whose tokens are s1, s2, …, and the ones that were invalidated. */
function createSubjectSource() {
  let number = 0;
  const invalidated: string[] = [];
  const clock = createCountedClock();
  const source = createTokenSource(
    async () => {
      number += 1;
      return { token: `s${number}` };
    },
    { clock },
  );
  const subject: TokenSource = {
    get: (options) => source.get(options),
    close: () => source.close(),
    invalidate(token) {
      invalidated.push(token.token);
      source.invalidate(token);
    },
  };
  return { subject, invalidated, clock };
}

describe('a token exchange', () => {
  it('sends the token of the subject with audiences and resources', async () => {
    const provider = await startTokenServer();
    provider.say({ ...TOKENS, issued_token_type: ACCESS_TOKEN });
    const { subject } = createSubjectSource();
    const { token } = createExchange(provider, {
      subject,
      audience: ['orders', 'billing'],
      resource: 'urn:orders',
      scope: 'orders:read',
    });
    expect(await token()).toBe('t1');
    expect(sortedForm(provider.questions[0])).toEqual([
      ['audience', 'orders'],
      ['audience', 'billing'],
      ['client_id', CLIENT_ID],
      ['client_secret', SECRET],
      ['grant_type', GRANT],
      ['resource', 'urn:orders'],
      ['scope', 'orders:read'],
      ['subject_token', 's1'],
      ['subject_token_type', ACCESS_TOKEN],
    ]);
  });

  it('sends a fixed token, and types of the parameters', async () => {
    const provider = await startTokenServer();
    provider.say({ ...TOKENS, issued_token_type: JWT });
    const parameters = { subject_token_type: JWT, requested_token_type: JWT };
    expect(await createExchange(provider, { parameters }).token()).toBe('t1');
    const form = provider.questions[0]?.form;
    expect(form?.getAll('subject_token')).toEqual(['s0']);
    expect(form?.getAll('subject_token_type')).toEqual([JWT]);
    expect(form?.getAll('requested_token_type')).toEqual([JWT]);
    expect(form?.has('audience')).toBe(false);
  });

  it.each(['invalid_request', 'invalid_grant', 'invalid_token'])(
    'that is refused with %s is tried again with another token of the subject',
    async (error) => {
      const provider = await startTokenServer();
      provider.respond(({ form }, response) => {
        if (form.get('subject_token') === 's2') send(response, TOKENS);
        else send(response, { error }, 400);
      });
      const { subject, invalidated, clock } = createSubjectSource();
      const exchange = createExchange(provider, { subject });
      expect((await exchange.error()).message).toContain(`answered 400 ${error};`);
      expect(invalidated).toEqual(['s1']);
      await clock.advance(10_000);
      await exchange.clock.advance(2000);
      expect(await exchange.token()).toBe('t1');
    },
  );

  it.each([
    [400, 'invalid_target'],
    [401, 'invalid_client'],
    [503, 'temporarily_unavailable'],
  ])('that is refused with %s %s keeps the token of the subject', async (status, error) => {
    const provider = await startTokenServer();
    provider.say({ error }, status);
    const { subject, invalidated } = createSubjectSource();
    await createExchange(provider, { subject }).error();
    expect(invalidated).toEqual([]);
  });

  it('does not happen where the subject has no token', async () => {
    const provider = await startTokenServer();
    const subject = createTokenSource(() => Promise.reject(new Error('signed out')));
    expect((await createExchange(provider, { subject }).error()).message).toContain('signed out');
    expect(provider.questions).toEqual([]);
  });

  it.each([undefined, {}, { token: 5 }, { token: 'canary of text' }])(
    'does not happen where a user-defined subject returns %j',
    async (token) => {
      const provider = await startTokenServer();
      const get = () => Promise.resolve(token as never);
      const subject = { get, invalidate: () => undefined, close: async () => undefined };
      const { message } = await createExchange(provider, { subject }).error();
      expect(message).toContain('expected an access token');
      expect(message).not.toContain('canary');
      expect(provider.questions).toEqual([]);
    },
  );

  it.each([
    [{ token_type: 'N_A', issued_token_type: JWT }, /token_type Bearer, received N_A/],
    [{ issued_token_type: REFRESH_TOKEN }, /as issued_token_type, received another/],
    [{ issued_token_type: 5 }, /as issued_token_type, received another/],
  ])('that issues %j is not used', async (members, message) => {
    const provider = await startTokenServer();
    provider.say({ ...TOKENS, ...members });
    expect((await createExchange(provider).error()).message).toMatch(message);
  });

  it('leaves the subject open when it is closed', async () => {
    const provider = await startTokenServer();
    const { subject } = createSubjectSource();
    const { source, token } = createExchange(provider, { subject });
    await token();
    await source.close();
    expect(await subject.get()).toEqual({ token: 's1' });
  });
});
