// node --conditions=@grpc-authn/source packages/introspection/test/long/junk-tokens.ts [tokens]
import { floodWithJunk } from '../support/junk-flood.ts';

const TOKENS = Number(process.argv[2] ?? 1_000_000);
const MOST_MIB = 5;

const inMib = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(2)} MiB`;
const began = performance.now();
const seconds = (): string => `${((performance.now() - began) / 1000).toFixed(0)} s`;

const flood = await floodWithJunk(TOKENS, (done, growth) => {
  process.stdout.write(`${done} tokens, heap ${inMib(growth)} larger, ${seconds()}\n`);
});
const { refused, questions, growthBytes, tokensInMemory } = flood;
process.stdout.write(
  `Node.js ${process.version}: ${refused} of ${TOKENS} refused by ${questions} questions; the heap ` +
    `has grown by ${inMib(growthBytes)} (less than ${MOST_MIB} MiB expected); ` +
    `${tokensInMemory} tokens in memory\n`,
);
if (refused !== TOKENS || growthBytes >= MOST_MIB * 1024 * 1024) process.exitCode = 1;
