/** A real PostgreSQL in a process group of its own, so that a Ctrl-C in the terminal does not reach it before its users have finished. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { findPrograms, type Programs } from './binaries.ts';
import { endWithUs } from './guard.ts';
import { placeFor, runAs } from './places.ts';
import { endPostmaster, takeOver } from './postmaster.ts';

export interface Postgres {
  readonly socketDir: string;
  readonly port: number;
  readonly pid: number;
  /** A connection URL: over 127.0.0.1 with a password when it listens there, else over the private socket. */
  url(database: string, user?: string): string;
  /** Makes the database unless it is there. */
  createDatabase(name: string): Promise<void>;
  /** Safe to call twice. */
  stop(): Promise<void>;
}

export interface PostgresOptions {
  /** The folder that remembers it; the data lie there too, or where `places.ts` finds room. */
  readonly dir: string;
  readonly name: string;
  /** `tcp`: 127.0.0.1 with a password, on a port that stays. `socket`: a private socket only, no password. */
  readonly listen: 'tcp' | 'socket';
  readonly log: (line: string) => void;
  readonly superuser?: string;
}

const readyWithinMs = 60_000;
/** How often a start is tried when the old server's shared memory, or somebody else's listener, is still in the way. */
const tries = 4;

/**
 * Everything that survives `kill -9` of the processes is kept (commits reach the operating system before they are answered, pages are
 * whole); what only a power failure would need is switched off, since nobody's data are in here.
 */
const settings = {
  fsync: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  lc_messages: 'C',
  max_connections: '200',
  shared_buffers: '32MB',
  max_wal_size: '128MB',
  min_wal_size: '32MB',
  log_checkpoints: 'off',
};

function own(path: string): void {
  if (runAs !== null) chownSync(path, runAs.uid, runAs.gid);
}

/** A word that is made once and remembered in a file of mode 0600. */
function remembered(file: string, make: () => string): string {
  if (!existsSync(file)) writeFileSync(file, make(), { mode: 0o600 });
  return readFileSync(file, 'utf8').trim();
}

function initialise(programs: Programs, place: string, data: string, superuser: string, password: string): void {
  if (existsSync(join(data, 'PG_VERSION'))) return;
  rmSync(data, { recursive: true, force: true }); // a start that was cut off halfway
  mkdirSync(data, { mode: 0o700 });
  own(data);
  const passwordFile = join(place, 'password.tmp');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  own(passwordFile);
  const args = [
    '-D',
    data,
    '-U',
    superuser,
    '-E',
    'UTF8',
    '--no-locale',
    '--no-sync',
    '--auth-local=trust',
    '--auth-host=scram-sha-256',
  ];
  const made = spawnSync(programs.initdb, [...args, '--wal-segsize=4', `--pwfile=${passwordFile}`], {
    cwd: '/',
    env: {},
    ...runAs,
  });
  rmSync(passwordFile, { force: true });
  if (made.status === 0) return;
  rmSync(data, { recursive: true, force: true });
  throw new Error(`initdb failed: ${made.error?.message ?? made.stderr.toString().trim()}`);
}

async function freePort(): Promise<number> {
  return await new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        address !== null && typeof address === 'object' ? resolve(address.port) : reject(new Error('no free port')),
      );
    });
  });
}

/** Starts it and waits for the line that says so; null: it ended before (the reason is in the lines that were logged). */
async function launch(programs: Programs, args: readonly string[], log: (line: string) => void): Promise<ChildProcess | null> {
  const child = spawn(programs.postgres, args, {
    cwd: '/',
    env: {},
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
    ...runAs,
  });
  return await new Promise((resolve, reject) => {
    const late = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`PostgreSQL was not ready within ${readyWithinMs / 1000} s.`));
    }, readyWithinMs);
    const settle = (result: ChildProcess | null): void => {
      clearTimeout(late);
      resolve(result);
    };
    child.once('error', reject);
    child.once('exit', () => settle(null));
    createInterface({ input: child.stderr as NodeJS.ReadableStream }).on('line', (line) => {
      log(line);
      if (line.includes('database system is ready to accept connections')) settle(child);
    });
  });
}

/**
 * Starts PostgreSQL on the data of the last start, or on new ones.
 * @throws Error with initdb's or PostgreSQL's own words when it does not come up
 */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const { dir, name, listen, log, superuser = 'postgres' } = options;
  const programs = await findPrograms(log);
  const place = placeFor(dir, name);
  const [data, socketDir] = [join(place, 'data'), join(place, 'socket')];
  const password = remembered(join(dir, name, 'password'), () => randomBytes(24).toString('hex'));
  const portFile = join(dir, name, 'port');

  await takeOver(data);
  initialise(programs, place, data, superuser, password);
  mkdirSync(socketDir, { recursive: true });
  own(socketDir);
  chmodSync(socketDir, 0o700);

  const lines: string[] = [];
  const note = (line: string): void => {
    lines.splice(0, Math.max(0, lines.length - 20));
    lines.push(line);
    log(line);
  };
  for (let attempt = 1; attempt <= tries; attempt++) {
    if (attempt > 1) rmSync(portFile, { force: true });
    const port = listen === 'socket' ? 5432 : Number(remembered(portFile, () => String(0))) || (await freePort());
    writeFileSync(portFile, String(port), { mode: 0o600 });
    const given = {
      ...settings,
      listen_addresses: listen === 'tcp' ? '127.0.0.1' : '',
      port: String(port),
      unix_socket_directories: socketDir,
      default_transaction_isolation: listen === 'socket' ? 'serializable' : 'read committed',
    };
    const args = Object.entries(given).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
    const child = await launch(programs, ['-D', data, ...args], note);
    if (child?.pid === undefined) continue;
    child.once('exit', endWithUs(child.pid));
    return running(child.pid, { socketDir, port, listen, superuser, password });
  }
  throw new Error(`PostgreSQL "${name}" does not start: ${lines.slice(-5).join(' | ')}`);
}

interface Reach {
  readonly socketDir: string;
  readonly port: number;
  readonly listen: 'tcp' | 'socket';
  readonly superuser: string;
  readonly password: string;
}

function running(pid: number, { socketDir, port, listen, superuser, password }: Reach): Postgres {
  const url = (database: string, user = superuser): string => {
    const who = encodeURIComponent(user);
    const where = encodeURIComponent(database);
    if (listen === 'tcp') return `postgresql://${who}:${encodeURIComponent(password)}@127.0.0.1:${port}/${where}`;
    return `postgresql://${who}@${encodeURIComponent(socketDir)}:${port}/${where}`;
  };
  let stopping: Promise<void> | undefined;
  return {
    socketDir,
    port,
    pid,
    url,
    async createDatabase(database) {
      const client = new pg.Client({ host: socketDir, port, user: superuser, database: 'template1' });
      client.on('error', () => undefined); // stopped meanwhile: the query below fails and says so
      await client.connect();
      try {
        const known = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [database]);
        if (known.rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(database)}`);
      } finally {
        await client.end();
      }
    },
    stop() {
      stopping ??= endPostmaster(pid);
      return stopping;
    },
  };
}
