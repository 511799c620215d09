/** The sandbox as the program that `npm run sandbox` runs: started, driven and stopped from outside. */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SandboxFacts } from '../../src/sandbox/facts.ts';
import type { InboxItem } from '../../src/sandbox/slack/start.ts';

export const checkout = fileURLToPath(new URL('../..', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly ms: number;
}

export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Program {
  readonly dir: string;
  readonly pid: number;
  readonly readyAfterMs: number;
  /** `DIR/sandbox.json`, read now. */
  facts(): SandboxFacts;
  out(): string;
  err(): string;
  post(path: string, body: object): Promise<Answer>;
  inbox(as: string): Promise<readonly InboxItem[]>;
  /** Sends a signal to the whole process group, as a terminal does for Ctrl-C, and waits for the end. */
  end(signal?: NodeJS.Signals): Promise<Ended>;
}

export interface Start {
  readonly dir: string;
  readonly port?: number;
  /** Beside the port and the folder. */
  readonly args?: readonly string[];
  readonly checkout?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Whom it runs as; null or left out: whoever runs the tests. */
  readonly user?: { readonly uid: number; readonly gid: number } | null;
}

export const scratch = (): string => mkdtempSync(join(tmpdir(), 'crdb-access-program-'));

export const remove = (path: string): void => rmSync(path, { recursive: true, force: true });

/** A test that failed halfway must not leave a sandbox behind. */
const started: ChildProcess[] = [];
process.once('exit', () => {
  for (const { pid, exitCode, signalCode } of started)
    if (pid !== undefined && exitCode === null && signalCode === null) process.kill(-pid, 'SIGKILL');
});

/** Runs the program with these arguments. It is in a process group of its own, as every job of a shell is. */
export function run(args: readonly string[], o: Omit<Start, 'dir' | 'port'> = {}): ChildProcess {
  const child = spawn(process.execPath, [join(o.checkout ?? checkout, 'dist/sandbox/main.js'), ...args], {
    cwd: tmpdir(),
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...(o.env ?? { PATH: '/usr/bin:/bin' }) },
    ...(o.user ?? {}),
  });
  started.push(child);
  return child;
}

/** Starts it and waits for the line that says it is ready. */
export async function startProgram(o: Start): Promise<Program> {
  const began = performance.now();
  const child = run(['--port', String(o.port ?? 0), '--data', o.dir, ...(o.args ?? [])], o);
  const [out, err] = [collect(child.stdout), collect(child.stderr)];
  const ended = endOf(child);
  const pid = child.pid ?? 0;
  const end = async (signal: NodeJS.Signals = 'SIGINT'): Promise<Ended> => {
    const asked = performance.now();
    if (child.exitCode === null && child.signalCode === null) process.kill(-pid, signal);
    return { ...(await ended), ms: performance.now() - asked };
  };
  try {
    await until(
      () => out().includes('\n') || child.exitCode !== null,
      60_000,
      () => err(),
    );
    assert.equal(child.exitCode, null, err());
  } catch (error) {
    await end('SIGKILL');
    throw error;
  }
  const facts = (): SandboxFacts => JSON.parse(readFileSync(join(o.dir, 'sandbox.json'), 'utf8')) as SandboxFacts;
  return {
    dir: o.dir,
    pid,
    readyAfterMs: performance.now() - began,
    facts,
    out,
    err,
    end,
    post: async (path, body) => {
      const res = await fetch(`${facts().page}api/${path}`, { method: 'POST', body: JSON.stringify(body) });
      return { status: res.status, body: (await res.json()) as Answer['body'] };
    },
    inbox: async (as) => (await (await fetch(`${facts().page}api/inbox?as=${as}&platform=slack`)).json()) as readonly InboxItem[],
  };
}

/** Resolves when a process has ended and said its last word. */
export function endOf(child: ChildProcess): Promise<Omit<Ended, 'ms'>> {
  return new Promise((done, failed) => {
    child.once('error', failed);
    child.once('close', (code, signal) => done({ code, signal }));
  });
}

export function collect(stream: NodeJS.ReadableStream | null): () => string {
  let all = '';
  stream?.on('data', (data: Buffer) => (all += data.toString()));
  return () => all;
}

export async function until(
  is: () => boolean | Promise<boolean>,
  ms: number,
  else_: () => string = () => 'in vain',
): Promise<void> {
  for (const end = Date.now() + ms; !(await is()); await new Promise((go) => setTimeout(go, 40)))
    if (Date.now() > end) throw new Error(`not within ${ms / 1000} s: ${else_()}`);
}

const isLogin = (code: string): boolean => code.includes('PGPASSWORD=');

/** Alice asks for `analytics`, Bob approves, Alice runs the command that she was sent. Gives what `SELECT current_user` printed. */
export async function mainJob(program: Program): Promise<string> {
  const asked = await program.post('command', {
    as: 'alice',
    platform: 'slack',
    text: '/crdb-access request analytics because Q4',
  });
  assert.deepEqual(asked, { status: 200, body: { ok: true } });
  const find = async (as: string, is: (m: InboxItem) => boolean): Promise<InboxItem> => {
    let found: InboxItem | undefined;
    await until(
      async () => {
        found = (await program.inbox(as)).findLast(is);
        return found !== undefined;
      },
      30_000,
      () => `${as} does not see it; the bot says:\n${readFileSync(join(program.dir, 'bot.log'), 'utf8').slice(-2000)}`,
    );
    return found as InboxItem;
  };
  const card = await find('bob', (m) => m.buttons.length > 0);
  await program.post('press', { as: 'bob', platform: 'slack', message: card.id, button: 'approve' });
  const told = await find('alice', (m) => !m.ephemeral && m.code.some(isLogin));
  return login(program.dir, 'alice', told.code.find(isLogin) ?? '');
}

/** Runs a login command as it is, in another folder, as somebody who has the sandbox's programs first in PATH. */
export function login(dir: string, as: string, command: string): string {
  return execFileSync('/bin/bash', ['-c', command], {
    cwd: tmpdir(),
    env: { PATH: `${join(dir, 'bin')}:/usr/bin:/bin`, HOME: tmpdir(), SANDBOX_AS: as },
    input: 'SELECT current_user;',
    encoding: 'utf8',
  });
}

interface Running {
  readonly pid: number;
  readonly parent: number;
  /** When it began: a number alone may be another process's by the time it is looked for again. */
  readonly began: string;
}

/** Every process there is: from /proc, else from ps. */
function processes(): Running[] {
  if (!existsSync('/proc/self/stat')) {
    const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat=,lstart='], { encoding: 'utf8' }).split('\n');
    return lines.flatMap((line) => {
      const [, pid, parent, state = 'Z', began = ''] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
      return state.startsWith('Z') ? [] : [{ pid: Number(pid), parent: Number(parent), began }];
    });
  }
  return readdirSync('/proc').flatMap((entry) => {
    if (!/^\d+$/.test(entry)) return [];
    try {
      // proc(5): after the name in parentheses come state (3), ppid (4) … starttime (22).
      const fields = readFileSync(`/proc/${entry}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
      return fields[0] === 'Z' ? [] : [{ pid: Number(entry), parent: Number(fields[1]), began: fields[19] ?? '' }];
    } catch {
      return []; // ended while we looked
    }
  });
}

/** A process and everything that it started, and that started in turn. */
export function family(pid: number): Running[] {
  const all = processes();
  const found = all.filter((p) => p.pid === pid);
  for (const member of found) found.push(...all.filter((p) => p.parent === member.pid));
  return found;
}

/** Those of `before` that still run. */
export function stillRunning(before: readonly Running[]): Running[] {
  const now = processes();
  return before.filter((b) => now.some((p) => p.pid === b.pid && p.began === b.began));
}

export function answers(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => done(true)).once('error', () => done(false));
    socket.once('connect', () => socket.destroy());
  });
}

/** Every port that a sandbox listens on. */
export function portsOf(program: Program): number[] {
  const { page, bot, slack, entra, cockroach } = program.facts();
  const store = /^DATABASE_URL=.*:(\d+)\//m.exec(readFileSync(join(program.dir, 'bot.env'), 'utf8'))?.[1];
  return [
    ...[page, bot.url, slack.apiUrl, entra.authority].map((url) => Number(new URL(url).port)),
    cockroach.port,
    Number(store),
  ];
}
