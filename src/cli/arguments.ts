import { parseArgs, type ParseArgsConfig } from 'node:util';

type Known = NonNullable<ParseArgsConfig['options']>;

export interface Typed {
  readonly words: readonly string[];
  readonly text: (option: string) => string | undefined;
  /** Of an option that may be given several times. */
  readonly texts: (option: string) => readonly string[];
  readonly given: (option: string) => boolean;
}

/**
 * Reads what was typed after a command: at the most `words` words, and the options that are known.
 *
 * @returns what was typed, or what is wrong with it
 */
export function readArguments(args: readonly string[], words: number, options: Known): Typed | { readonly wrong: string } {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
    if (positionals.length > words) return { wrong: `"${positionals[words]}" is one too many` };
    return {
      words: positionals,
      text: (option) => (typeof values[option] === 'string' ? values[option] : undefined),
      texts: (option) => [values[option] ?? []].flat().filter((value) => typeof value === 'string'),
      given: (option) => values[option] === true,
    };
  } catch (error) {
    // node:util names the option and what is wrong with it; the rest of its sentence is about its own API.
    const says = error instanceof Error ? error.message : String(error);
    return { wrong: (says.split('. ')[0] ?? says).replace(/^(.)/, (c) => c.toLowerCase()) };
  }
}
