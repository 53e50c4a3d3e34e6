import { createFakeClock } from '@grpc-authn/testing';
import { describe, expect, it, vi } from 'vitest';
import { BasicEncoding, type BasicEncodingOption, type BasicForm } from '../src/index.ts';

const isRejected = async (answer: string): Promise<boolean> => answer.startsWith('401');

/** A provider that accepts these forms. */
function start(
  accepts: readonly BasicForm[],
  option: BasicEncodingOption = 'auto',
  secret = 'svc-secret',
) {
  const clock = createFakeClock();
  const onPlain = vi.fn();
  const sent: BasicForm[] = [];
  const accepted = new Set(accepts);
  const encoding = new BasicEncoding({ option, clientId: 'orders', secret, clock, onPlain });
  const request = async (form: BasicForm): Promise<string> => {
    sent.push(form);
    await Promise.resolve();
    return `${accepted.has(form) ? 200 : 401} ${form}`;
  };
  return {
    clock,
    onPlain,
    sent,
    accepted,
    encoding,
    ask: () => encoding.send(request, isRejected),
  };
}

describe('a provider that does not decode the Basic scheme', () => {
  it('gets the plain form after its first rejection, and from then on', async () => {
    const { ask, sent, onPlain, encoding } = start(['plain']);
    expect([await ask(), await ask()]).toEqual(['200 plain', '200 plain']);
    expect(sent).toEqual(['form', 'plain', 'plain']);
    expect(onPlain).toHaveBeenCalledOnce();
    expect(encoding.tried).toEqual(['plain']);
  });

  it('is asked once for a hundred callers who wait', async () => {
    const { ask, sent, onPlain } = start(['plain']);
    const answers = await Promise.all(Array.from({ length: 100 }, ask));
    expect(new Set(answers)).toEqual(new Set(['200 plain']));
    expect(sent.filter((form) => form === 'form')).toHaveLength(100);
    expect(sent.filter((form) => form === 'plain')).toHaveLength(100);
    expect(onPlain).toHaveBeenCalledOnce();
  });
});

describe('a provider that decodes the Basic scheme', () => {
  it.each<readonly [readonly BasicForm[]]>([[['form']], [['form', 'plain']]])(
    'never gets the plain form: accepts %j',
    async (accepts) => {
      const { ask, sent, accepted, onPlain } = start(accepts);
      await ask();
      // A later rejection is about the credentials, not about their form.
      accepted.clear();
      expect(await ask()).toBe('401 form');
      expect(sent).toEqual(['form', 'form']);
      expect(onPlain).not.toHaveBeenCalled();
    },
  );

  it('is not given up for a rejection that arrives after an acceptance', async () => {
    const { encoding } = start([]);
    let reject: (answer: string) => void = () => undefined;
    const late = encoding.send(
      (form) =>
        form === 'form'
          ? new Promise<string>((resolve) => (reject = resolve))
          : Promise.resolve('200 plain'),
      isRejected,
    );
    await encoding.send(async () => '200 form', isRejected);
    reject('401 form');
    expect(await late).toBe('401 form');
  });
});

describe('wrong credentials', () => {
  it('are tried in both forms once, and in the plain form again after a minute', async () => {
    const { ask, sent, clock, encoding } = start([]);
    expect([await ask(), await ask()]).toEqual(['401 form', '401 form']);
    expect(sent).toEqual(['form', 'plain', 'form']);
    expect(encoding.tried).toEqual(['form', 'plain']);
    await clock.advance(60_000);
    await ask();
    expect(sent).toEqual(['form', 'plain', 'form', 'form', 'plain']);
  });

  it('do not decide the form: once they are right, the form that works is used', async () => {
    const { ask, accepted } = start([]);
    await ask();
    accepted.add('form');
    expect(await ask()).toBe('200 form');
  });
});

it.each<readonly [BasicEncodingOption]>([['form'], ['plain']])(
  'the option %s is never changed',
  async (option) => {
    const other = option === 'form' ? 'plain' : 'form';
    const { ask, sent, encoding } = start([other], option);
    expect(await ask()).toBe(`401 ${option}`);
    expect(sent).toEqual([option]);
    expect(encoding.tried).toEqual([option]);
  },
);

it('a secret that is the same in both forms is sent once', async () => {
  const { ask, sent } = start([], 'auto', 'abc123');
  await ask();
  expect(sent).toEqual(['form']);
});

it('a plain request that fails decides nothing, and its error is the caller’s', async () => {
  const { encoding, ask, accepted } = start([]);
  const failing = encoding.send(async (form) => {
    if (form === 'plain') throw new Error('reset');
    return '401';
  }, isRejected);
  await expect(failing).rejects.toThrow('reset');
  accepted.add('plain');
  expect(await ask()).toBe('200 plain');
});
