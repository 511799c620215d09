import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { botCli } from './bot-cli.ts';
import { botEnvironment } from './bot-env.ts';
import { type BotProcess, runBot, untilReady } from './bot-process.ts';
import { authority } from './certs.ts';
import { type Closers, openClosers } from './closers.ts';
import { type CockroachStandIn, startCockroach } from './cockroach/start.ts';
import { type EntraStandIn, startEntra } from './entra/start.ts';
import { botUrls, factsFile, factsOf, type SandboxFacts, writeFacts } from './facts.ts';
import { openFolder, writeBotEnv, writePrograms } from './files.ts';
import { claim, note } from './left-over.ts';
import { openPage } from './page/page.ts';
import { people as everybody, type SandboxPerson } from './people.ts';
import { type Platform, served } from './platforms.ts';
import { sandboxPolicy } from './policy-file.ts';
import { choosePorts, type Ports } from './ports.ts';
import { type Postgres, startPostgres } from './postgres/postgres.ts';
import { queueFaults } from './queue-fault.ts';
import type { Sandbox } from './running.ts';
import { type SlackStandIn, startSlack } from './slack/start.ts';
import type { Special } from './slack/workspace.ts';
import type { Watch } from './stand-in.ts';
import { startTeams, type TeamsStandIn } from './teams/start.ts';

export interface SandboxOptions {
  /** The page's; 0: the one of the last start, else any free one. */
  readonly port: number;
  readonly dir: string;
  /** Told what is being started, and what went wrong. */
  readonly log: (line: string) => void;
  /** Stops what is there of it, also while it is starting. */
  readonly signal?: AbortSignal;
  /** CockroachDB's version that the stand-in plays, from v23.1 on. */
  readonly version?: string;
  /** Whether the bot opens WebSockets to Slack (Socket Mode) instead of being called over HTTP. */
  readonly socketMode?: boolean;
  /** What the bot is set up for, and the policy asks on; both, unless told otherwise. */
  readonly platforms?: readonly Platform[];
  /** Whether Slack limits each method to the calls a minute that its page says. */
  readonly tiers?: boolean;
  /** Where a test looks at what the bot does, or holds it. */
  readonly watch?: Watch;
  /** Where the built programs are; the folder that this file was built into, unless told otherwise. */
  readonly built?: string;
  /** What the policy file and the bot's environment say otherwise. */
  readonly people?: readonly SandboxPerson[];
  readonly map?: 'pattern' | 'people';
  /** What is unusual about people's Slack users, by the person's key (a guest: `{ is_restricted: true }`). */
  readonly special?: Special;
  readonly env?: Readonly<Record<string, string>>;
}

const storeDatabase = 'crdb_access';
const botReadySeconds = 45;

/**
 * Starts the whole sandbox: PostgreSQL for the bot's store and queue, the stand-ins for Slack, Teams, Entra ID and CockroachDB, the bot
 * itself as an ordinary child process, and the page. Resolves when everything answers and `DIR/sandbox.json` is written.
 */
export async function startSandbox(o: SandboxOptions): Promise<Sandbox> {
  const dir = openFolder(o.dir);
  const closers = openClosers(o.log);
  const stop = (): void => void closers.close();
  o.signal?.addEventListener('abort', stop, { once: true });
  if (o.signal?.aborted === true) stop();
  try {
    return await start({ ...o, dir }, closers);
  } catch (error) {
    await closers.close();
    throw error;
  }
}

async function start(o: SandboxOptions, closers: Closers): Promise<Sandbox> {
  const { dir } = o;
  await claim(dir);
  rmSync(factsFile(dir), { force: true }); // whoever waits for it waits for this start
  const { ports, release } = await choosePorts(dir, o.port);
  await closers.add('stand-in', 'ports', release);
  const built = o.built ?? fileURLToPath(new URL('..', import.meta.url));
  const page = await openPage(ports.page, join(built, 'sandbox', 'page', 'web'));
  await closers.add('page', 'page', page.close);

  o.log(`starting in ${dir}; what each part says is in its .log file there`);
  const parts = await startParts(o, ports, closers);
  const botEnv = { ...(await environment(o, ports, parts)), ...o.env };
  writeBotEnv(dir, botEnv);
  writePrograms(dir, built);

  const facts = (pid: number): SandboxFacts =>
    factsOf({ dir, page: page.url, botPort: ports.bot, pid, people: o.people ?? everybody, ...parts });
  const { bot, ready } = startBot({ dir, env: botEnv, program: join(built, 'main.js'), facts });
  await closers.add('bot', 'bot', () => bot.stop());
  await timed('bot', o.log, untilReady(bot, botUrls(ports.bot).readyUrl, botReadySeconds, closers.closing));
  ready();

  const sandbox: Sandbox = {
    get facts() {
      return facts(bot.pid());
    },
    ...parts,
    bot,
    botEnv,
    cli: botCli({ env: botEnv, cwd: dir, program: join(built, 'cli.js') }),
    queueFault: queueFaults(parts.store.url(storeDatabase)),
    stop: () => closers.close(),
  };
  page.serve(sandbox);
  return sandbox;
}

interface Parts {
  readonly store: Postgres;
  readonly cockroach: CockroachStandIn;
  readonly entra: EntraStandIn;
  readonly slack: SlackStandIn;
  readonly teams: TeamsStandIn;
}

/** Starts everything that the bot talks to, side by side. */
async function startParts(o: SandboxOptions, ports: Ports, closers: Closers): Promise<Parts> {
  const { dir, people = everybody } = o;
  const certs = join(dir, 'certs');
  const watch = o.watch === undefined ? {} : { watch: o.watch };
  const own = (name: string, port: number) => ({ dir: join(dir, name), port, log: logFile(dir, name), ...watch });

  async function opened<T extends { stop(): Promise<void> }>(name: string, starting: Promise<T>): Promise<T> {
    const part = await timed(name, o.log, starting);
    await closers.add('stand-in', name, () => part.stop());
    return part;
  }
  async function cockroach(): Promise<CockroachStandIn> {
    const version = o.version === undefined ? {} : { version: o.version };
    return startCockroach({
      ...own('cockroach', ports.cockroach),
      authority: await authority(certs, 'cockroach'),
      trusted: (await microsoft).caPem,
      ...version,
    });
  }
  // One authority for all of Microsoft's: the bot trusts one file (NODE_EXTRA_CA_CERTS), and so do the cluster's nodes.
  const microsoft = authority(certs, 'entra');
  async function entra(): Promise<EntraStandIn> {
    return startEntra({ ...own('entra', ports.entra), authority: await microsoft, people });
  }
  async function teams(): Promise<TeamsStandIn> {
    const botUrl = (): string => botUrls(ports.bot).teamsUrl;
    const verified = async (token: string) => (await starting[1]).verified(token);
    return startTeams({ ...own('teams', ports.teams), authority: await microsoft, people, botUrl, verified });
  }
  async function slack(): Promise<SlackStandIn> {
    const { socketMode = false, tiers = false, special = {} } = o;
    const botUrl = (): string => botUrls(ports.bot).slackUrl;
    return startSlack({ ...own('slack', ports.slack), people, botUrl, socketMode, tiers, special });
  }
  const starting = [
    opened('slack', slack()),
    opened('entra', entra()),
    opened('store', startPostgres({ dir: join(dir, 'store'), name: 'store', listen: 'tcp', log: logFile(dir, 'store') })),
    opened('cockroach', cockroach()),
    opened('teams', teams()),
  ] as const;
  // All have come up or given up before the first failure is told: nothing is started behind the back of whoever stops.
  await Promise.allSettled(starting);
  const [slackUp, entraUp, store, cockroachUp, teamsUp] = await Promise.all(starting);
  await store.createDatabase(storeDatabase);
  return { store, cockroach: cockroachUp, entra: entraUp, slack: slackUp, teams: teamsUp };
}

async function environment(o: SandboxOptions, ports: Ports, parts: Parts): Promise<Record<string, string>> {
  const policyFile = join(o.dir, 'policy.yaml');
  const { host, port, caFile } = parts.cockroach;
  const platforms = o.platforms ?? served;
  writeFileSync(policyFile, sandboxPolicy({ host, port, caFile, platforms, ...(o.map === undefined ? {} : { map: o.map }) }));
  return botEnvironment({ port: ports.bot, policyFile, databaseUrl: parts.store.url(storeDatabase), platforms, ...parts });
}

/** `DIR/sandbox.json` is first written when all is ready, and then at each new start of the bot. */
function startBot(o: {
  readonly dir: string;
  readonly env: Readonly<Record<string, string>>;
  readonly program: string;
  readonly facts: (pid: number) => SandboxFacts;
}): { readonly bot: BotProcess; readonly ready: () => void } {
  let isReady = false;
  const bot = runBot({
    env: o.env,
    cwd: o.dir,
    logFile: join(o.dir, 'bot.log'),
    program: o.program,
    started: (pid) => {
      note(o.dir, 'bot', pid);
      if (isReady) writeFacts(o.facts(pid));
    },
  });
  const ready = (): void => {
    isReady = true;
    writeFacts(o.facts(bot.pid()));
  };
  return { bot, ready };
}

/** Says that a part is up, and how long that took. */
async function timed<T>(name: string, log: (line: string) => void, starting: Promise<T>): Promise<T> {
  const began = performance.now();
  const up = await starting;
  log(`  ${name} is up (${((performance.now() - began) / 1000).toFixed(1)} s)`);
  return up;
}

function logFile(dir: string, name: string): (line: string) => void {
  return (line) => {
    try {
      appendFileSync(join(dir, `${name}.log`), `${line}\n`);
    } catch {
      // The folder was taken away while it runs: it can still be stopped in order.
    }
  };
}
