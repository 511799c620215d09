import { createServer, type Server } from 'node:http';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AddressInfo } from 'node:net';
import { type BotProcess, runBot } from './bot-process.ts';
import { authority } from './certs.ts';
import { startCockroach } from './cockroach/start.ts';
import { startEntra } from './entra/start.ts';
import { type SandboxFacts, writeFacts } from './facts.ts';
import { writeBotEnv, writePrograms } from './files.ts';
import { handleApi } from './page/api.ts';
import { people as everybody, type SandboxPerson } from './people.ts';
import { sandboxPolicy } from './policy-file.ts';
import { choosePorts } from './ports.ts';
import { startPostgres } from './postgres/postgres.ts';
import { queueFaults } from './queue-fault.ts';
import { startSlack } from './slack/start.ts';
import type { Sandbox } from './running.ts';
import type { Watch } from './stand-in.ts';

export interface SandboxOptions {
  readonly port: number;
  readonly dir: string;
  readonly log: (line: string) => void;
  /** CockroachDB's version that the stand-in plays. */
  readonly version?: string;
  /** Where a test looks at what the bot does, or holds it. */
  readonly watch?: Watch;
  /** Where the built programs are; the folder that this file was built into, unless told otherwise. */
  readonly built?: string;
  /** For tests: what the policy file and the bot's environment say otherwise. */
  readonly people?: readonly SandboxPerson[];
  readonly map?: 'pattern' | 'people';
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Starts the whole sandbox: PostgreSQL for the bot's store and queue, the stand-ins for Slack, Entra ID and CockroachDB, the bot
 * itself as an ordinary child process, and the page. Resolves when everything answers and `DIR/sandbox.json` is written.
 */
export async function startSandbox(o: SandboxOptions): Promise<Sandbox> {
  const dir = resolve(o.dir);
  mkdirSync(dir, { recursive: true });
  chmodSync(dir, 0o700);
  endLeftOver(dir);
  const closers: { readonly name: string; readonly seconds: number; readonly close: () => Promise<void> }[] = [];
  const opened = <T extends { stop(): Promise<void> }>(name: string, thing: T): T => {
    closers.push({ name, seconds: 2, close: () => thing.stop() });
    return thing;
  };
  const stop = once(() => closeAll(closers, o.log));
  try {
    return await start();
  } catch (error) {
    await stop();
    throw error;
  }

  async function start(): Promise<Sandbox> {
    const people = o.people ?? everybody;
    const built = o.built ?? fileURLToPath(new URL('..', import.meta.url));
    const ports = await choosePorts(dir);
    const [entraCa, clusterCa] = [await authority(join(dir, 'certs'), 'entra'), await authority(join(dir, 'certs'), 'cockroach')];
    const store = opened('store', await startPostgres({ dir: join(dir, 'store'), name: 'store', listen: 'tcp', log: o.log }));
    await store.createDatabase('crdb_access');
    const watch = o.watch === undefined ? {} : { watch: o.watch };
    const cockroach = opened(
      'cockroach',
      await startCockroach({
        dir: join(dir, 'cockroach'),
        port: ports.cockroach,
        authority: clusterCa,
        log: o.log,
        ...(o.version === undefined ? {} : { version: o.version }),
        ...watch,
      }),
    );
    const entra = opened(
      'entra',
      await startEntra({ dir: join(dir, 'entra'), port: ports.entra, authority: entraCa, people, log: o.log, ...watch }),
    );
    const botUrl = `http://127.0.0.1:${ports.bot}/`;
    const slackUrl = `${botUrl}slack/events`;
    const slack = opened(
      'slack',
      await startSlack({ dir: join(dir, 'slack'), port: ports.slack, people, botUrl: () => slackUrl, log: o.log, ...watch }),
    );

    const policyFile = join(dir, 'policy.yaml');
    const { host, port, caFile } = cockroach;
    writeFileSync(
      policyFile,
      sandboxPolicy({
        host,
        port,
        caFile,
        ...(o.map === undefined ? {} : { map: o.map }),
      }),
    );
    const botEnv: Record<string, string> = {
      PATH: process.env['PATH'] ?? '/usr/bin:/bin',
      NODE_EXTRA_CA_CERTS: entra.caFile,
      HOST: '127.0.0.1',
      PORT: String(ports.bot),
      LOG_LEVEL: 'info',
      POLICY_FILE: policyFile,
      DATABASE_URL: store.url('crdb_access'),
      SLACK_BOT_TOKEN: slack.botToken,
      SLACK_SIGNING_SECRET: slack.signingSecret,
      SLACK_API_URL: slack.apiUrl,
      AZURE_TENANT_ID: entra.tenantId,
      AZURE_CLIENT_ID: entra.clientId,
      AZURE_CLIENT_SECRET: entra.clientSecret,
      AZURE_AUTHORITY_HOST: entra.authority,
      GRAPH_BASE_URL: entra.graphUrl,
      CRDB_PROD_URL: await cockroach.clientUrl('crdb_access', 'defaultdb'),
      CRDB_PROD_SETTINGS_URL: await cockroach.clientUrl('crdb_access_settings', 'defaultdb'),
      SWEEP_SECONDS: '2',
      LEASE_SECONDS: '5',
      RETRY_CAP_SECONDS: '5',
      STATEMENT_TIMEOUT_SECONDS: '10',
      ...o.env,
    };
    writeBotEnv(dir, botEnv);
    writePrograms(dir, built);

    const page = await openPage(o.port, (server) => closers.push({ name: 'page', seconds: 1, close: () => closeServer(server) }));
    const facts = (pid: number): SandboxFacts => ({
      dir,
      page: page.url,
      bot: { url: botUrl, slackUrl, healthUrl: `${botUrl}healthz`, readyUrl: `${botUrl}readyz`, pid },
      slack: { apiUrl: slack.apiUrl, botToken: slack.botToken, signingSecret: slack.signingSecret, teamId: slack.teamId },
      entra: {
        authority: entra.authority,
        tenantId: entra.tenantId,
        clientId: entra.clientId,
        audience: entra.audience,
        jwksUrl: entra.jwksUrl,
        graphUrl: entra.graphUrl,
        caFile: entra.caFile,
      },
      cockroach: { host, port, database: 'defaultdb', caFile, adminUrl: cockroach.adminUrl, version: cockroach.version },
      people: people.map(({ key, name, upn, oid, slackUserId }) => ({ key, name, upn, oid, slackUserId })),
    });
    const sandbox = {} as { facts: SandboxFacts };
    const bot = runBot({
      env: botEnv,
      cwd: dir,
      logFile: join(dir, 'bot.log'),
      program: join(built, 'main.js'),
      started: (pid) => {
        sandbox.facts = facts(pid);
        writeFacts(sandbox.facts);
      },
    });
    closers.push({ name: 'bot', seconds: 4, close: () => bot.stop(3) });
    await untilReady(bot, sandbox.facts.bot.readyUrl, 45);
    const whole: Sandbox = Object.assign(sandbox, {
      slack,
      entra,
      cockroach,
      store,
      bot,
      botEnv,
      stop,
      queueFault: queueFaults(store.url('crdb_access')),
    });
    page.serve(whole);
    return whole;
  }
}

/** The page's port is taken first of all clients, and serves once everything stands. */
async function openPage(
  port: number,
  opened: (server: Server) => void,
): Promise<{ url: string; serve: (sandbox: Sandbox) => void }> {
  let sandbox: Sandbox | undefined;
  const server = createServer((req, res) => {
    if (sandbox === undefined) res.writeHead(503).end('starting\n');
    else void handleApi(sandbox, req, res);
  });
  await new Promise<void>((done, failed) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      failed(
        error.code === 'EADDRINUSE'
          ? new Error(`port ${port} is taken: stop what listens there, or start with --port N --data DIR`)
          : error,
      ),
    );
    server.listen(port, '127.0.0.1', () => done());
  });
  opened(server);
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, serve: (s) => (sandbox = s) };
}

function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((done) => server.close(() => done()));
}

async function untilReady(bot: BotProcess, url: string, seconds: number): Promise<void> {
  const end = Date.now() + seconds * 1000;
  let last = 'no answer';
  while (Date.now() < end && bot.refused() === null) {
    try {
      const res = await fetch(url, { signal: AbortSignal.timeout(3000) });
      if (res.ok) return;
      last = `${res.status} ${(await res.text()).slice(0, 500)}`;
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
    }
    await new Promise((go) => setTimeout(go, 150));
  }
  throw new Error(bot.refused() ?? `the bot did not become ready within ${seconds} s (${last})`);
}

/** A sandbox that was killed leaves its bot behind; two of them would work the same store. */
function endLeftOver(dir: string): void {
  const file = join(dir, 'sandbox.json');
  if (!existsSync(file)) return;
  try {
    const { bot } = JSON.parse(readFileSync(file, 'utf8')) as SandboxFacts;
    const line = readFileSync(`/proc/${bot.pid}/cmdline`, 'utf8');
    if (bot.pid > 1 && line.includes('main.js')) process.kill(bot.pid, 'SIGKILL');
  } catch {
    // Gone already, or no /proc here: nothing that could be told apart from somebody else's process.
  }
}

/** Newest first. What hangs is left behind after its time: the next closer, and in the end the process, must not wait for it. */
async function closeAll(
  closers: readonly { name: string; seconds: number; close: () => Promise<void> }[],
  log: (line: string) => void,
): Promise<void> {
  for (const { name, seconds, close } of [...closers].reverse()) {
    const late = new Promise<'late'>((done) => setTimeout(() => done('late'), seconds * 1000).unref());
    const how = await Promise.race([close().catch((error: unknown) => log(`${name}: ${String(error)}`)), late]);
    if (how === 'late') log(`${name} did not stop within ${seconds} s`);
  }
}

function once(run: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => (running ??= run());
}
