import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../src/errors/config-error.ts';
import {
  checkFunction,
  checkNumber,
  checkOneOf,
  checkOptionNames,
  checkText,
  checkTexts,
  nearestName,
  wrongOption,
} from '../src/errors/option-checks.ts';

const KNOWN = ['issuer', 'audience', 'clockToleranceSeconds'];

describe('a ConfigError', () => {
  it('is a TypeError of its own name', () => {
    const error = wrongOption('issuer', 'nothing', 'a string');
    expect(error).toBeInstanceOf(ConfigError);
    expect(error).toBeInstanceOf(TypeError);
    expect(error.name).toBe('ConfigError');
  });

  it('names the option, what was received and what was expected', () => {
    const { message } = wrongOption('issuer', 'the number 3', 'a string');
    for (const part of ['issuer:', 'the number 3', 'a string']) expect(message).toContain(part);
  });
});

describe('an unknown option', () => {
  it.each([
    ['audiense', 'audience'],
    ['Issuer', 'issuer'],
    ['isuer', 'issuer'],
    ['clockTolerance', 'clockToleranceSeconds'],
    ['cl', undefined],
    ['clockToleranceSecond', 'clockToleranceSeconds'],
    ['clockToleranceMinutes', 'clockToleranceSeconds'],
    ['colour', undefined],
  ])('%s is refused, and the nearest name is %s', (name, nearest) => {
    const check = () => checkOptionNames('createX', { issuer: 'a', [name]: 1 }, KNOWN);
    expect(check).toThrow(ConfigError);
    expect(check).toThrow(`createX: there is no option "${name}"`);
    if (nearest === undefined) expect(check).toThrow(KNOWN.join(', '));
    else expect(check).toThrow(`did you mean "${nearest}"?`);
  });

  it('is refused though its value is undefined', () => {
    expect(() => checkOptionNames('createX', { audiense: undefined }, KNOWN)).toThrow(ConfigError);
  });

  it('never shows its value', () => {
    expect(() => checkOptionNames('createX', { secrt: 'canary' }, KNOWN)).not.toThrow('canary');
  });

  it.each([undefined, null, 'issuer', 7, true])('differs from no options at all: %s', (options) => {
    expect(() => checkOptionNames('createX', options, KNOWN)).toThrow(ConfigError);
    expect(() => checkOptionNames('createX', options, KNOWN)).toThrow('createX: ');
  });

  it('is not one of those that are known', () => {
    const options = { issuer: 'a', audience: 'b', clockToleranceSeconds: 1 };
    expect(() => checkOptionNames('createX', options, KNOWN)).not.toThrow();
    expect(() => checkOptionNames('createX', {}, KNOWN)).not.toThrow();
  });
});

describe('the nearest name', () => {
  it('of a known name is that name', () => {
    fc.assert(
      fc.property(fc.constantFrom(...KNOWN), (name) => {
        expect(nearestName(name, KNOWN)).toBe(name);
      }),
    );
  });

  it('is one of the known ones or undefined, for any name', () => {
    fc.assert(
      fc.property(fc.string(), (name) => {
        expect([...KNOWN, undefined]).toContain(nearestName(name, KNOWN));
      }),
    );
  });
});

describe('a number option', () => {
  const range = { default: 5, min: 1, max: 10 };

  it('is the default for undefined, and both ends of its range are allowed', () => {
    expect(checkNumber('n', undefined, range)).toBe(5);
    expect(checkNumber('n', 1, range)).toBe(1);
    expect(checkNumber('n', 10, range)).toBe(10);
  });

  it.each([0, 0.999, 10.001, 11, NaN, Infinity, -Infinity, '5', null, true, [5], 5n])(
    'is refused as %s, with its range and its default',
    (value) => {
      expect(() => checkNumber('n', value, range)).toThrow(ConfigError);
      expect(() => checkNumber('n', value, range)).toThrow(/^n: .*1 to 10.*default 5/);
    },
  );
});

describe('a text option', () => {
  it.each(['', ' ', '\t\n', undefined, null, 5, ['a'], {}])('is refused as %j', (value) => {
    expect(() => checkText('t', value)).toThrow(ConfigError);
    expect(() => checkText('t', value)).toThrow('t: ');
  });

  it('is returned unchanged', () => {
    expect(checkText('t', ' a ')).toBe(' a ');
  });
});

describe('a list of texts', () => {
  it('may be one text, and is frozen', () => {
    expect(checkTexts('t', 'a')).toEqual(['a']);
    expect(Object.isFrozen(checkTexts('t', ['a', 'b']))).toBe(true);
  });

  it('is a copy: what happens to the original later changes nothing', () => {
    const original = ['a'];
    const copy = checkTexts('t', original);
    original.push('b');
    expect(copy).toEqual(['a']);
  });

  it.each([[[]], [['']], [['a', 5]], [['a', undefined]], [undefined], [null], [{}], [7]])(
    'is refused as %j',
    (value) => {
      expect(() => checkTexts('t', value)).toThrow(ConfigError);
    },
  );
});

describe('a function option and an option of a few values', () => {
  it.each([null, 'f', {}, 1, true])('%j is no function', (value) => {
    expect(() => checkFunction('onDecision', value)).toThrow(/^onDecision: .*a function/);
  });

  it.each([null, 'Never', '', 1, ['never']])('%j is none of the few', (value) => {
    const check = () => checkOneOf('forwardToken', value, ['never', 'always']);
    expect(check).toThrow(/^forwardToken: .*one of never, always/);
  });

  it('may be left out', () => {
    expect(() => checkFunction('f', undefined)).not.toThrow();
    expect(() => checkFunction('f', () => undefined)).not.toThrow();
    expect(() => checkOneOf('f', undefined, ['a'])).not.toThrow();
    expect(() => checkOneOf('f', 'a', ['a'])).not.toThrow();
  });
});
