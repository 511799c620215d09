import { type Command, commandOf, commands, usage } from './commands.ts';
import type { ExitCode, Output } from './output.ts';

const asks = (arg: string): boolean => arg === '--help' || arg === '-h';

/**
 * What help is asked for, in the words before or after the asking: `help adopt`, `adopt --help`, `-h`.
 *
 * @returns the words; none: help with everything; null: no help is asked for
 */
export function helpTopic(argv: readonly string[]): readonly string[] | null {
  const [first, ...rest] = argv;
  if (first === undefined) return [];
  if (first === 'help') return rest.filter((arg) => !asks(arg));
  // After `--` everything is meant as it stands.
  const end = argv.indexOf('--');
  const typed = end === -1 ? argv : argv.slice(0, end);
  return typed.some(asks) ? typed.filter((arg) => !asks(arg)) : null;
}

/** Prints what was asked for: of one command, of those that begin with the same word, or of all. Needs no environment. */
export function printHelp(topic: readonly string[], out: Output): ExitCode {
  const [first] = topic;
  if (first === undefined) {
    out.stdout(helpText());
    return 0;
  }
  const one = commandOf(topic)?.command;
  const known = one === undefined ? commands.filter(({ words }) => words.startsWith(`${first} `)) : [one];
  if (known.length === 0) return unknownCommand(first, out);
  out.stdout(known.map((command) => `${usage(command)}    ${command.says}\n`).join('\n'));
  return 0;
}

/** Answers a word that is no command's name with all that there are. */
export function unknownCommand(word: string, out: Output): ExitCode {
  out.stderr(`I don't know the command "${word}".\n\n${helpText()}`);
  return 2;
}

function helpText(): string {
  const lines = commands.flatMap(({ words, takes, says }: Command) => [`  ${`${words} ${takes}`.trimEnd()}`, `      ${says}`]);
  return [
    'npm run -s cli -- <command>; with --help after it, how that one is called',
    '',
    ...lines,
    '',
    'Ends with 0: yes, or done. 1: no, and why. 2: called wrongly, or a faulty configuration. 3: something outside did not answer.',
    'adopt, rebind, audit, status, plan, apply, rollback, watch and collisions, explain-login with a token and lint-map with --cluster take the environment that the bot runs with.',
    '',
  ].join('\n');
}
