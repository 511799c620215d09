/** Whether a PostgreSQL runs on a data folder, told from its `postmaster.pid` (PostgreSQL docs, "Creating a Database Cluster": first line the pid). */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** The command line of a process; empty when there is none. */
export function commandOf(pid: number): string {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    return ''; // no such process any more
  }
}

/** The pid of the PostgreSQL that runs on this data folder, or null. A pid that another program has got meanwhile does not count. */
export function pidOfDataFolder(data: string): number | null {
  const file = join(data, 'postmaster.pid');
  if (!existsSync(file)) return null;
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
  return Number.isInteger(pid) && pid > 1 && commandOf(pid).includes(data) ? pid : null;
}

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

async function gone(pid: number, withinMs: number): Promise<boolean> {
  for (const until = Date.now() + withinMs; Date.now() < until; await sleep(25)) if (!alive(pid)) return true;
  return !alive(pid);
}

/** Fast shutdown, then immediate, then none at all (PostgreSQL docs, "Shutting Down the Server"); each given its time. */
const endings = [
  { signal: 'SIGINT', ms: 1200 },
  { signal: 'SIGQUIT', ms: 500 },
  { signal: 'SIGKILL', ms: 300 },
] as const;

export async function endPostmaster(pid: number): Promise<void> {
  for (const { signal, ms } of endings) {
    if (!alive(pid)) return;
    try {
      process.kill(pid, signal);
    } catch {
      return; // it went by itself meanwhile
    }
    if (await gone(pid, ms)) return;
  }
}

/**
 * Makes a data folder free: ends a PostgreSQL that a killed sandbox left running there, and takes away a pid file that nobody stands
 * behind (PostgreSQL would refuse to start when another program happens to have that pid now).
 */
export async function takeOver(data: string): Promise<void> {
  const pid = pidOfDataFolder(data);
  if (pid !== null) await endPostmaster(pid);
  rmSync(join(data, 'postmaster.pid'), { force: true });
}
