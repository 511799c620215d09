/** Where a command writes: results to `stdout`, everything else to `stderr`. Text is written as it is. */
export interface Output {
  stdout(text: string): void;
  stderr(text: string): void;
}

export const processOutput: Output = {
  stdout: (text) => void process.stdout.write(text),
  stderr: (text) => void process.stderr.write(text),
};

/** Called wrongly, or a faulty configuration, where 2 says something else: EX_USAGE of BSD's sysexits(3). */
export const misuse = 64;

/** 0: yes. 1: no, and why. 2: the command was called wrongly, or its input is not what it takes. 3: something outside did not answer. */
export type ExitCode = 0 | 1 | 2 | 3 | typeof misuse;
