/** What DIR remembers of a sandbox's processes: two sandboxes must not share a folder, nor two bots a store. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { commandOf } from './postgres/postmaster.ts';

interface Noted {
  readonly pid: number;
  /** Its command line: a number alone may be another program's by now. */
  readonly command: string;
}
interface Processes {
  readonly sandbox?: Noted;
  readonly bot?: Noted;
}

const fileIn = (dir: string): string => join(dir, 'processes.json');

function read(dir: string): Processes {
  try {
    return JSON.parse(readFileSync(fileIn(dir), 'utf8')) as Processes;
  } catch {
    return {};
  }
}

const runs = (noted: Noted | undefined): noted is Noted =>
  noted !== undefined && noted.pid > 1 && noted.command !== '' && commandOf(noted.pid) === noted.command;

/** Remembers a process of the sandbox in `dir`, for the next start. */
export function note(dir: string, what: keyof Processes, pid: number): void {
  const now: Processes = { ...read(dir), [what]: { pid, command: commandOf(pid) } };
  writeFileSync(fileIn(dir), `${JSON.stringify(now, null, 2)}\n`);
}

/**
 * Makes `dir` this process's: ends the bot that a killed sandbox left behind, and waits until its port is free again.
 * @throws Error when another sandbox runs there
 */
export async function claim(dir: string): Promise<void> {
  const { sandbox, bot } = read(dir);
  if (runs(sandbox) && sandbox.pid !== process.pid) {
    throw new Error(`a sandbox already runs in ${dir} (process ${sandbox.pid}): stop it, or start with --port N --data DIR`);
  }
  if (runs(bot)) await kill(bot.pid);
  note(dir, 'sandbox', process.pid);
}

/** A process that is ending has lost its command line while its port is still taken: waited for until its number is free. */
async function kill(pid: number): Promise<void> {
  try {
    process.kill(pid, 'SIGKILL');
    for (const until = Date.now() + 2000; Date.now() < until; process.kill(pid, 0)) await sleep(20);
  } catch {
    // Gone.
  }
}
