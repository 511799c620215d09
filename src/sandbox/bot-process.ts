import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { endWithUs } from './postgres/guard.ts';

export interface BotProcess {
  readonly pid: () => number;
  /** `kill -9`; it is started again at once, with the same environment. */
  kill(): void;
  /** What it said when it would not start with this environment (exit 2: a fault that no second start mends); null: it did start. */
  refused(): string | null;
  /** What it said last. */
  lately(): string;
  /** SIGTERM, then SIGKILL after a few seconds. Not started again before `resume`: room for one that somebody starts by hand. */
  stop(): Promise<void>;
  /** Starts it again after `stop`; nothing happens when it runs. */
  resume(): void;
}

const patience = 3000;
/** A killed bot is back at once. One that ended by itself (its port is taken, say) would only fill its log. */
const againAfter = { killed: 200, ended: 1000 };

/**
 * Runs the unmodified bot with nothing but environment variables, in a process group of its own (Ctrl-C reaches the whole group of
 * the terminal, and the stand-ins have to outlive the bot's last messages). Starts it again when it dies; ends it when this process
 * is gone, however it went.
 *
 * @param started called with each new process id
 */
export function runBot(o: {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly logFile: string;
  readonly program: string;
  readonly started: (pid: number) => void;
}): BotProcess {
  let wanted = true;
  let again: NodeJS.Timeout | undefined;
  let refused: string | null = null;
  let lately = '';
  let child = start();

  function start(): ChildProcess {
    const log = createWriteStream(o.logFile, { flags: 'a' });
    const born = spawn(process.execPath, [o.program], {
      cwd: o.cwd,
      env: { ...o.env },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [born.stdout, born.stderr]) {
      stream.on('data', (data: Buffer) => {
        log.write(data);
        said = (said + data.toString()).slice(-4000);
        lately = said;
      });
    }
    const letGo = born.pid === undefined ? () => undefined : endWithUs(born.pid);
    born.once('error', (error) => log.write(`${error.message}\n`));
    born.once('exit', letGo);
    // When its last words are in, which may be after its exit.
    born.once('close', (code, signalName) => {
      log.end();
      if (code === 2) refused = said;
      else if (wanted) again = setTimeout(resume, signalName === null ? againAfter.ended : againAfter.killed);
    });
    if (born.pid !== undefined) o.started(born.pid);
    return born;
  }

  function resume(): void {
    wanted = true;
    clearTimeout(again);
    if (ended(child)) child = start();
  }

  return {
    pid: () => child.pid ?? 0,
    refused: () => refused,
    lately: () => lately,
    kill: () => signal(child, 'SIGKILL'),
    resume,
    stop: async () => {
      wanted = false;
      clearTimeout(again);
      if (ended(child)) return;
      const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      signal(child, 'SIGTERM');
      const timer = setTimeout(() => signal(child, 'SIGKILL'), patience);
      await gone;
      clearTimeout(timer);
    },
  };
}

/** Waits until the bot answers that it is ready. Throws its own words when it can't start, or after `seconds`. */
export async function untilReady(bot: BotProcess, url: string, seconds: number, given: () => boolean): Promise<void> {
  const end = Date.now() + seconds * 1000;
  let last = 'no answer';
  while (Date.now() < end && bot.refused() === null) {
    if (given()) throw new Error('stopped while the bot was starting');
    try {
      const res = await fetch(url, { signal: AbortSignal.timeout(3000) });
      if (res.ok) return;
      last = `${res.status} ${(await res.text()).slice(0, 500)}`;
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
    }
    await new Promise((go) => setTimeout(go, 100));
  }
  throw new Error(bot.refused() ?? `the bot did not become ready within ${seconds} s (${last}). It said last:\n${bot.lately()}`);
}

const ended = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null || child.pid === undefined;

function signal(child: ChildProcess, name: NodeJS.Signals): void {
  if (ended(child)) return;
  try {
    if (child.pid !== undefined) process.kill(-child.pid, name);
  } catch {
    child.kill(name);
  }
}
