import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';

export interface BotProcess {
  readonly pid: () => number;
  /** `kill -9`; it is started again at once, with the same environment. */
  kill(): void;
  /** What it said when it would not start with this environment (exit 2: a fault that no second start mends); null: it did start. */
  refused(): string | null;
  /** SIGTERM, then SIGKILL after `seconds`. Not started again. */
  stop(seconds: number): Promise<void>;
}

/**
 * Runs the unmodified bot with nothing but environment variables, in a process group of its own (Ctrl-C reaches the whole group of
 * the terminal, and the stand-ins have to outlive the bot's last messages). Starts it again when it dies.
 *
 * @param started called with each new process id
 */
export function runBot(o: {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly logFile: string;
  readonly program: string;
  readonly started: (pid: number) => void;
  readonly line?: (line: string) => void;
}): BotProcess {
  const log = createWriteStream(o.logFile, { flags: 'a' });
  let stopping = false;
  let said = '';
  let refused: string | null = null;
  let child: ChildProcess = start();

  function again(): void {
    if (!stopping) child = start();
  }

  function start(): ChildProcess {
    const born = spawn(process.execPath, [o.program], {
      cwd: o.cwd,
      env: { ...o.env },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [born.stdout, born.stderr]) {
      stream?.on('data', (data: Buffer) => {
        log.write(data);
        said = (said + data.toString()).slice(-4000);
        if (o.line) for (const line of data.toString().split('\n')) if (line !== '') o.line(line);
      });
    }
    born.once('exit', (code) => {
      if (code === 2) refused = said;
      else if (!stopping) setTimeout(again, 200);
    });
    if (born.pid !== undefined) o.started(born.pid);
    return born;
  }

  return {
    pid: () => child.pid ?? 0,
    refused: () => refused,
    kill: () => signal(child, 'SIGKILL'),
    stop: async (seconds) => {
      stopping = true;
      if (child.exitCode === null && child.signalCode === null) {
        const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
        signal(child, 'SIGTERM');
        const timer = setTimeout(() => signal(child, 'SIGKILL'), seconds * 1000);
        await gone;
        clearTimeout(timer);
      }
      log.end();
    },
  };
}

function signal(child: ChildProcess, name: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, name);
  } catch {
    child.kill(name);
  }
}
