import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const ROOT = join(import.meta.dirname, '../..');

function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

/** The block of a document that is this file. */
function blockOf(document: string, file: string): string {
  const blocks = [...read(document).matchAll(/^```\w+ (\S+)\n(.*?)^```$/gms)];
  return blocks.find(([, name]) => name === file)?.[2] ?? '';
}

describe('docs/writing-a-binding.md', () => {
  it.each(['plain-http2.ts', 'plain-frames.ts'])('shows the code that is run: %s', (file) => {
    expect(blockOf('docs/writing-a-binding.md', file)).toBe(read(`apps/bindings/src/${file}`));
  });
});

describe.each([
  ['docs/servers/nginx.md', 'grpc.conf'],
  ['docs/servers/envoy.md', 'envoy.yaml'],
])('%s', (document, file) => {
  const text = read(document);
  const config = blockOf(document, file);
  const [header = ''] = /(?<=header\?\.\(')[\w-]+/.exec(text) ?? [];
  const [host = '', port = ''] = /(?<=bindAsync\(')[\d.:]+/.exec(text)?.[0].split(':') ?? [];

  it('lets the server listen where only the proxy connects', () => {
    expect(host).toBe('127.0.0.1');
  });

  it('sets the header that peerOf reads, whatever the caller sent, and the address of the server', () => {
    if (file === 'grpc.conf') {
      expect(config).toContain(`grpc_set_header ${header} $remote_addr;`);
      expect(config).toContain(`grpc_pass grpc://${host}:${port};`);
      expect(config.split('{').length).toBe(config.split('}').length);
      return;
    }
    const json = JSON.stringify(parse(config));
    const value = '%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%';
    const action = 'OVERWRITE_IF_EXISTS_OR_ADD';
    expect(json).toContain(
      JSON.stringify({ header: { key: header, value }, append_action: action }),
    );
    expect(json).toContain(JSON.stringify({ address: host, port_value: Number(port) }));
  });
});
