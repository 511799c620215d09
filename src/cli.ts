import { commandOf } from './cli/commands.ts';
import { helpTopic, printHelp, unknownCommand } from './cli/help.ts';
import { processOutput } from './cli/output.ts';

/** The command line: each command loads only what it needs, so that it starts fast and asks for no environment that it does not use. */
const argv = process.argv.slice(2);
const topic = helpTopic(argv);
const found = commandOf(argv);
if (topic !== null) process.exitCode = printHelp(topic, processOutput);
else if (found === null) process.exitCode = unknownCommand(argv[0] ?? '', processOutput);
else process.exitCode = await found.command.run(found.args, processOutput);
