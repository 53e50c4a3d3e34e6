#!/usr/bin/env node
import { run } from './run.ts';

// `grpc-authn explain | head` closes the pipe early: the rest of the output is dropped without an error.
// The command reports other errors of its output.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

// By default Node.js prints warnings with the number of the process. Commands print those of grpc-authn themselves.
process.removeAllListeners('warning');

const { stdin, stdout, stderr, env: variables } = process;
process.exitCode = await run(process.argv.slice(2), { stdin, stdout, stderr, variables });
// A provider that hangs, or a terminal that is still open for input, must not delay the end of the command.
process.exit();
