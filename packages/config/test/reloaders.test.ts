import { systemClock } from '@grpc-authn/core/internal';
import { expect, it, onTestFinished } from 'vitest';
import { Reloader } from '../src/reload/reloader.ts';
import { readConfigFile } from '../src/source/read-config.ts';
import { createFolder } from './support/config-folder.ts';
import { createTableAdapter } from './support/table-adapter.ts';

const RULES = { requireReady: true, allowWeaker: false };

it('loads only the content that was seen', async () => {
  const folder = await createFolder('authenticator: { use: table, tokens: {} }\n');
  const table = createTableAdapter();
  const reloader = new Reloader({
    read: () => readConfigFile(folder.file, {}),
    build: {
      adapters: [table.adapter],
      services: undefined,
      descriptorSet: undefined,
      claims: undefined,
      clock: undefined,
      guard: {},
      report: () => undefined,
    },
    clock: systemClock,
  });
  onTestFinished(() => reloader.close());
  await reloader.start();
  const { digests: before } = reloader.current.source;
  await folder.write('authenticator: { use: table, tokens: { t: bob } }\n');
  await expect(reloader.reload({ ...RULES, seen: before })).rejects.toThrow('it is being written');
  expect(table.made).toHaveLength(1);
  const { digests: seen } = await readConfigFile(folder.file, {});
  await reloader.reload({ ...RULES, seen });
  expect(table.made).toHaveLength(2);
});
