import { describe, expect, it } from 'vitest';
import { responseOf } from '../src/fetch/read-response.ts';

const BYTES = new TextEncoder().encode('{"name":"é"}');

describe('a response that was read to its end', () => {
  it('is JSON or text, with status and headers', async () => {
    const init = { status: 201, headers: { 'retry-after': '3' } };
    const response = responseOf(BYTES, init);
    expect(response).toBeInstanceOf(Response);
    expect(response.status).toBe(201);
    expect(response.headers.get('retry-after')).toBe('3');
    expect(await response.json()).toEqual({ name: 'é' });
    expect(await responseOf(BYTES, init).text()).toBe('{"name":"é"}');
  });

  it('is read once, like any response; a clone of it once more', async () => {
    const response = responseOf(BYTES, {});
    const clone = response.clone();
    expect(response.bodyUsed).toBe(false);
    await response.json();
    expect(response.bodyUsed).toBe(true);
    await expect(response.json()).rejects.toThrow(TypeError);
    await expect(response.text()).rejects.toThrow(TypeError);
    expect(() => response.clone()).toThrow(TypeError);
    expect(await clone.json()).toEqual({ name: 'é' });
  });

  it.each([
    ['a byte order mark', [0xef, 0xbb, 0xbf, 0x7b, 0x7d]],
    ['invalid UTF-8', [0x22, 0xff, 0x22]],
    ['nothing', []],
  ])('decodes %s as fetch does', async (_, bytes) => {
    const ours = responseOf(Uint8Array.from(bytes), {});
    expect(await ours.text()).toBe(await new Response(Uint8Array.from(bytes)).text());
  });

  it('rejects what is no JSON', async () => {
    await expect(responseOf(new TextEncoder().encode('<html>'), {}).json()).rejects.toThrow(
      SyntaxError,
    );
  });
});
