import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import type { Platform } from '../../src/sandbox/platforms.ts';
import type { Sandbox } from '../../src/sandbox/running.ts';
import type { Opened } from '../../src/sandbox/slack/opened.ts';
import { type SandboxOptions, startSandbox } from '../../src/sandbox/sandbox.ts';

export interface Message {
  readonly id: string;
  readonly channel: string;
  readonly from: string;
  readonly text: string;
  readonly code: readonly string[];
  readonly buttons: readonly Button[];
  readonly ephemeral: boolean;
  readonly at: string;
}
export interface Button {
  readonly id: string;
  readonly label: string;
  /** What its press carries: tells buttons of one name apart. */
  readonly value: string;
}
/** The bot's App Home, as words. */
export type Home = Pick<Message, 'text' | 'code' | 'buttons' | 'at'>;
export interface Choice {
  readonly value: string;
  readonly label: string;
  readonly says: string;
}
/** What came of a form that was sent; `modal`: the form that is open then. */
export interface Sent {
  readonly ok: boolean;
  readonly error?: string;
  /** What is wrong, by field. */
  readonly errors?: Readonly<Record<string, string>>;
  readonly modal?: Opened;
}
export type Input = Readonly<Record<string, string>>;

/** What people do and see on one platform. */
export interface People {
  /** @param channel where, unless it is the direct messages with the bot: an id, or a name. In Teams the bot is then mentioned: `@crdb-access …` */
  command(as: string, text: string, channel?: string): Promise<void>;
  /** Types a command that opens a form. Throws when none opens within three seconds. */
  open(as: string, text: string): Promise<Opened>;
  /**
   * Presses a button of a message, of the App Home (`home`, in Slack) or of the open form (`modal`). Gives the form that it opened, if any;
   * with `input`, fills that in and sends it, and throws when it stays open with errors.
   */
  press(
    as: string,
    message: string,
    button: string,
    more?: { readonly value?: string; readonly input?: Input },
  ): Promise<Opened | null>;
  /** Fills in the open form and sends it. Errors that come back are given; throws when no form is open or a choice is not offered. */
  submit(as: string, input: Input): Promise<Sent>;
  dismiss(as: string): Promise<void>;
  /** The form that is open now. */
  modal(as: string): Promise<Opened | null>;
  /** Opens the App Home (Slack). */
  home(as: string): Promise<Home>;
  /** What the open form offers to whoever types this into a choice. */
  suggest(as: string, field: string, typed: string): Promise<readonly Choice[]>;
  inbox(as: string): Promise<readonly Message[]>;
  /** Waits until somebody sees a message that `is` accepts; throws, with everything that they do see, after `seconds`. */
  sees(as: string, is: (m: Message) => boolean, seconds?: number): Promise<Message>;
  /** The newest card with buttons that this person sees and that speaks of `about`. */
  card(as: string, about: string, seconds?: number): Promise<Message>;
  /** The login command that this person was sent. */
  bash(as: string, seconds?: number): Promise<string>;
}

/** As people in Slack, unless told another platform. */
export interface Driver extends People {
  readonly sandbox: Sandbox;
  readonly dir: string;
  on(platform: Platform): People;
  chaos(target: string, fault: string, seconds?: number): Promise<void>;
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
  const api = async (path: string, body?: object, fine: readonly number[] = []): Promise<unknown> => {
    const res = await fetch(
      `${sandbox.facts.page}api/${path}`,
      body === undefined ? {} : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
    );
    const answer: unknown = await res.json();
    if (!res.ok && !fine.includes(res.status)) throw new Error(`${path}: ${res.status} ${JSON.stringify(answer)}`);
    return answer;
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
    ...peopleOn('slack', api),
    on: (platform) => peopleOn(platform, api),
    chaos: async (target, fault, seconds) =>
      void (await api('chaos', { target, fault, ...(seconds === undefined ? {} : { seconds }) })),
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

type Api = (path: string, body?: object, fine?: readonly number[]) => Promise<unknown>;

function peopleOn(platform: Platform, api: Api): People {
  const at = (as: string, more: Readonly<Record<string, string>> = {}): string =>
    new URLSearchParams({ as, platform, ...more }).toString();
  const inbox = async (as: string): Promise<readonly Message[]> => (await api(`inbox?${at(as)}`)) as Message[];
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
  return {
    inbox,
    sees,
    command: async (as, text, channel) =>
      void (await api('command', { as, platform, text, ...(channel === undefined ? {} : { channel }) })),
    open: async (as, text) => {
      const { modal } = (await api('command', { as, platform, text })) as { modal?: Opened };
      if (modal === undefined) throw new Error(`${text}: no form opened for ${as} in time`);
      return modal;
    },
    press: async (as, message, button, more) => {
      const { modal } = (await api('press', { as, platform, message, button, ...more })) as { modal?: Opened };
      return modal ?? null;
    },
    submit: async (as, input) => (await api('submit', { as, platform, input }, [422])) as Sent,
    dismiss: async (as) => void (await api('dismiss', { as, platform })),
    modal: async (as) => ((await api(`modal?${at(as)}`)) as { modal: Opened | null }).modal,
    home: async (as) => (await api(`home?${at(as)}`)) as Home,
    suggest: async (as, field, typed) => (await api(`suggest?${at(as, { field, typed })}`)) as Choice[],
    card: (as, about, seconds) => sees(as, (m) => m.buttons.length > 0 && m.text.includes(about), seconds),
    bash: async (as, seconds) => {
      const message = await sees(as, (m) => !m.ephemeral && m.code.some(isLogin), seconds);
      return message.code.find(isLogin) ?? '';
    },
  };
}

/** Tests run from the sources, the bot always from its build. */
const built = fileURLToPath(new URL('../../dist', import.meta.url));

const isLogin = (code: string): boolean => code.includes('PGPASSWORD=');

export const pause = (ms: number): Promise<void> => new Promise((go) => setTimeout(go, ms));
