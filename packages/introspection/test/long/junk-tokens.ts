// node --conditions=@grpc-authn/source packages/introspection/test/long/junk-tokens.ts [tokens]
import { floodWithJunk } from '../support/junk-flood.ts';

const TOKENS = Number(process.argv[2] ?? 1_000_000);
const MOST_MIB = 5;

const inMib = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(2)} MiB`;
const began = performance.now();
const seconds = (): string => `${((performance.now() - began) / 1000).toFixed(0)} s`;

const flood = await floodWithJunk({ tokens: TOKENS, timeoutMs: 5000 }, (done, growth) => {
  process.stdout.write(`${done} tokens, heap ${inMib(growth)} larger, ${seconds()}\n`);
});
const { refused, questions, growthBytes, settledGrowthBytes, tokensInMemory } = flood;
process.stdout.write(
  `Node.js ${process.version}: ${refused} of ${TOKENS} refused by ${questions} questions; the heap ` +
    `has grown by ${inMib(growthBytes)} right after the last answer, by ${inMib(settledGrowthBytes)} ` +
    `after the last time limit (less than ${MOST_MIB} MiB wanted); ${tokensInMemory} tokens in memory\n`,
);
const most = Math.max(growthBytes, settledGrowthBytes);
if (refused !== TOKENS || most >= MOST_MIB * 1024 * 1024) process.exitCode = 1;
