import { commands, helpText } from './cli/commands.ts';
import { processOutput } from './cli/output.ts';

/** The command line: each command loads only what it needs, so that it starts fast and asks for no environment that it does not use. */
const [words, args] = split(process.argv.slice(2));
const command = commands.find((c) => c.words === words);
if (command === undefined) {
  const asked = words === '' || words === 'help' || words === '--help' || words === '-h';
  processOutput[asked ? 'stdout' : 'stderr'](`${asked ? '' : `I don't know the command "${words}".\n\n`}${helpText()}`);
  process.exitCode = asked ? 0 : 2;
} else {
  process.exitCode = await command.run(args, processOutput);
}

/** The longest known command that the arguments begin with, and the rest; else the first word. */
function split(argv: readonly string[]): [string, readonly string[]] {
  for (const length of [2, 1]) {
    const words = argv.slice(0, length).join(' ');
    if (commands.some((c) => c.words === words)) return [words, argv.slice(length)];
  }
  return [argv[0] ?? '', argv.slice(1)];
}
