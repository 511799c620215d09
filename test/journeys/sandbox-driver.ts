import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import type { Sandbox } from '../../src/sandbox/running.ts';
import { type SandboxOptions, startSandbox } from '../../src/sandbox/sandbox.ts';

export interface Message {
  readonly id: string;
  readonly channel: string;
  readonly from: string;
  readonly text: string;
  readonly code: readonly string[];
  readonly buttons: readonly { readonly id: string; readonly label: string }[];
  readonly ephemeral: boolean;
  readonly at: string;
}

export interface Driver {
  readonly sandbox: Sandbox;
  readonly dir: string;
  command(as: string, text: string): Promise<void>;
  press(as: string, message: string, button: string): Promise<void>;
  inbox(as: string): Promise<readonly Message[]>;
  chaos(target: string, fault: string, seconds?: number): Promise<void>;
  /** Waits until somebody sees a message that `is` accepts; throws, with everything that they do see, after `seconds`. */
  sees(as: string, is: (m: Message) => boolean, seconds?: number): Promise<Message>;
  /** The newest card with buttons that this person sees and that speaks of `about`. */
  card(as: string, about: string, seconds?: number): Promise<Message>;
  /** The login command that this person was sent. */
  bash(as: string, seconds?: number): Promise<string>;
  /** Runs a command in a shell as this person would, with `sql` on standard input. */
  shell(as: string, command: string, sql: string): Promise<{ code: number; out: string; err: string }>;
  /** The cluster as root. */
  root(sql: string): Promise<readonly Record<string, unknown>[]>;
  /** The bot's store. */
  store(sql: string, values?: readonly unknown[]): Promise<readonly Record<string, unknown>[]>;
  stop(): Promise<void>;
}

/** Starts a sandbox of its own in a fresh folder, with the built bot as it is in production. */
export async function drive(options: Partial<SandboxOptions> = {}): Promise<Driver> {
  const dir = mkdtempSync(join(tmpdir(), 'crdb-access-'));
  const lines: string[] = [];
  const sandbox = await startSandbox({ port: 0, dir, log: (line) => lines.push(line), built, ...options });
  const api = async (path: string, body?: object): Promise<unknown> => {
    const res = await fetch(
      `${sandbox.facts.page}api/${path}`,
      body === undefined ? {} : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
    );
    const answer: unknown = await res.json();
    if (!res.ok) throw new Error(`${path}: ${res.status} ${JSON.stringify(answer)}`);
    return answer;
  };
  const inbox = async (as: string): Promise<readonly Message[]> => (await api(`inbox?as=${as}&platform=slack`)) as Message[];
  const sees = async (as: string, is: (m: Message) => boolean, seconds = 20): Promise<Message> => {
    const end = Date.now() + seconds * 1000;
    for (;;) {
      const messages = await inbox(as);
      const found = messages.findLast(is);
      if (found !== undefined) return found;
      if (Date.now() > end)
        throw new Error(
          `${as} does not see it within ${seconds} s, but: ${JSON.stringify(
            messages.map((m) => m.text),
            null,
            1,
          )}`,
        );
      await pause(60);
    }
  };
  const client = async (
    url: string,
    sql: string,
    values: readonly unknown[] = [],
  ): Promise<readonly Record<string, unknown>[]> => {
    const c = new pg.Client({ connectionString: url });
    await c.connect();
    try {
      return (await c.query(sql, [...values])).rows as Record<string, unknown>[];
    } finally {
      await c.end();
    }
  };
  return {
    sandbox,
    dir,
    inbox,
    sees,
    command: async (as, text) => void (await api('command', { as, platform: 'slack', text })),
    press: async (as, message, button) => void (await api('press', { as, platform: 'slack', message, button })),
    chaos: async (target, fault, seconds) =>
      void (await api('chaos', { target, fault, ...(seconds === undefined ? {} : { seconds }) })),
    card: (as, about, seconds) => sees(as, (m) => m.buttons.length > 0 && m.text.includes(about), seconds),
    bash: async (as, seconds) => {
      const message = await sees(as, (m) => !m.ephemeral && m.code.some(isLogin), seconds);
      return message.code.find(isLogin) ?? '';
    },
    shell: (as, command, sql) =>
      new Promise((done, failed) => {
        const child = spawn('/bin/bash', ['-c', command], {
          cwd: tmpdir(),
          env: { PATH: `${join(dir, 'bin')}:/usr/bin:/bin`, HOME: tmpdir(), SANDBOX_AS: as },
        });
        let out = '';
        let err = '';
        child.stdout.on('data', (d: Buffer) => (out += d.toString()));
        child.stderr.on('data', (d: Buffer) => (err += d.toString()));
        child.once('error', failed);
        child.once('close', (code) => done({ code: code ?? -1, out, err }));
        child.stdin.end(sql);
      }),
    root: (sql) => client(sandbox.facts.cockroach.adminUrl, sql),
    store: (sql, values) => client(sandbox.botEnv['DATABASE_URL'] ?? '', sql, values),
    stop: async () => {
      await sandbox.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Tests run from the sources, the bot always from its build. */
const built = fileURLToPath(new URL('../../dist', import.meta.url));

const isLogin = (code: string): boolean => code.includes('PGPASSWORD=');

export const pause = (ms: number): Promise<void> => new Promise((go) => setTimeout(go, ms));
