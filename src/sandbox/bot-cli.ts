import { spawn } from 'node:child_process';

/** What a run of the command line came to. */
export interface Ran {
  /** Its exit code; -1: it did not end by itself. */
  readonly code: number;
  readonly out: string;
  readonly err: string;
}
export type BotCli = (...args: readonly string[]) => Promise<Ran>;

const patience = 20_000;

/**
 * The bot's command line, run as by somebody at the keyboard who has its environment.
 *
 * @param o.program the built `cli.js`
 */
export function botCli(o: {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly program: string;
}): BotCli {
  return (...args) =>
    new Promise((done, failed) => {
      const child = spawn(process.execPath, [o.program, ...args], {
        cwd: o.cwd,
        env: { ...o.env },
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: patience,
        killSignal: 'SIGKILL',
      });
      const said = { out: '', err: '' };
      child.stdout.on('data', (data: Buffer) => (said.out += data.toString()));
      child.stderr.on('data', (data: Buffer) => (said.err += data.toString()));
      child.once('error', failed);
      child.once('close', (code) => done({ code: code ?? -1, ...said }));
    });
}
