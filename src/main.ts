import { randomInt, randomUUID } from 'node:crypto';
import { cockroachCluster } from './adapters/cockroach/cluster.ts';
import { entra } from './adapters/entra/entra.ts';
import { readiness } from './adapters/http/readiness.ts';
import { httpServer } from './adapters/http/server.ts';
import { openLog } from './adapters/log/log.ts';
import { openJobs } from './adapters/queue/jobs.ts';
import { slack } from './adapters/slack/app.ts';
import { openStore } from './adapters/store/store.ts';
import { type AzureCredential, type Config, configFaultText, readConfig } from './config.ts';
import type { Job, Log, Receive, World } from './core/ports.ts';
import { workInteraction } from './core/work/interaction.ts';
import { workRequest } from './core/work/request.ts';
import { sweep } from './core/work/sweep.ts';

/** How many jobs a process works side by side. */
const atOnce = 8;

/** Whoever opens a thing pushes its closer here; shutdown runs them backwards. */
interface Closer {
  readonly name: string;
  readonly close: () => Promise<void>;
}

/**
 * Builds the bot from its configuration, starts it, and gives back what ends it in order: no new requests first, then the work
 * under way, then the connections.
 */
async function start(config: Config, log: Log): Promise<() => Promise<void>> {
  const closers: Closer[] = [];
  const close = async (): Promise<void> => {
    for (const { name, close: end } of closers.splice(0).reverse()) {
      await end().catch((error: unknown) => log.warn({ closing: name, says: String(error) }, 'could not be closed'));
    }
  };
  try {
    await build(config, log, closers);
    return close;
  } catch (error) {
    await close();
    throw error;
  }
}

async function build(config: Config, log: Log, closers: Closer[]): Promise<void> {
  const holder = `${process.pid}-${randomUUID().slice(0, 8)}`;
  const store = await openStore({ url: config.databaseUrl.reveal(), log, holder, leaseSeconds: config.leaseSeconds });
  closers.push({ name: 'store', close: () => store.close() });
  await store.migrate();

  const jobs = await openJobs({
    databaseUrl: config.databaseUrl.reveal(),
    log,
    ...(config.queueUrl === null ? {} : { queueUrl: config.queueUrl.reveal() }),
  });
  closers.push({ name: 'queue', close: () => jobs.close() });

  const { directory, issuer, close: closeEntra } = openEntra(config, log);
  closers.push({ name: 'directory', close: closeEntra });

  const clusters = new Map([...config.clusters].map(([name, c]) => [name, openCluster(name, c, config, log)]));
  closers.push({ name: 'clusters', close: async () => void (await Promise.all([...clusters.values()].map((c) => c.close()))) });

  const receive: Receive = async (interaction) => {
    const { id, repeat } = await store.interactions.receive(interaction);
    if (!repeat)
      void jobs
        .add({ kind: 'interaction', id })
        .catch((error: unknown) =>
          log.warn({ interaction: id, says: String(error) }, 'the queue did not take a job; the sweep does the rest'),
        );
  };
  const chat = await slack({
    botToken: config.slack.botToken.reveal(),
    signingSecret: config.slack.signingSecret.reveal(),
    apiUrl: config.slack.apiUrl,
    log,
    receive,
  });

  const world: World = {
    policy: config.policy,
    tenantId: config.azure.tenantId,
    retryCapSeconds: config.retryCapSeconds,
    directory,
    issuer,
    chats: new Map([[chat.chat.platform, chat.chat]]),
    store,
    jobs,
    clusters,
    log,
    newRequestId,
  };
  closers.push(startWork(world, jobs, config));

  const server = httpServer({
    port: config.port,
    host: config.host,
    log,
    routes: [{ method: 'POST', path: '/slack/events', handler: chat.handler }],
    ready: readiness({
      vital: { store: () => store.probe(), queue: () => jobs.probe() },
      reported: {
        directory: () => directory.probe(),
        ...Object.fromEntries([...clusters].map(([name, c]) => [`cluster ${name}`, () => c.probe()])),
      },
    }),
  });
  closers.push({ name: 'chat', close: () => chat.close() }, { name: 'http', close: () => server.close() });
  const { port } = await server.listening;
  log.info(
    {
      port,
      clusters: [...clusters.keys()],
      entitlements: [...config.policy.entitlements.keys()],
      policyHash: config.policy.hash,
    },
    'crdb-access is listening',
  );
}

function openEntra(config: Config, log: Log): ReturnType<typeof entra> {
  const { azure, policy } = config;
  return entra({
    tenantId: azure.tenantId,
    clientId: azure.clientId,
    ...proof(azure.credential),
    authorityHost: azure.authorityHost,
    graphBaseUrl: azure.graphUrl,
    appRolesOf: policy.appRolesOf ?? azure.clientId,
    log,
  });
}

function proof(credential: AzureCredential) {
  switch (credential.kind) {
    case 'secret':
      return { clientSecret: credential.secret.reveal() };
    case 'certificate':
      return { clientCertificatePath: credential.path };
    case 'federated':
      return { federatedTokenFile: credential.path };
  }
}

function openCluster(
  name: string,
  c: { url: { reveal(): string }; settingsUrl: { reveal(): string } | null },
  config: Config,
  log: Log,
) {
  return cockroachCluster({
    name,
    url: c.url.reveal(),
    ...(c.settingsUrl === null ? {} : { settingsUrl: c.settingsUrl.reveal() }),
    log,
    statementTimeoutSeconds: config.statementTimeoutSeconds,
  });
}

/** The queue's hints and, whatever becomes of them, the sweep. */
function startWork(world: World, jobs: Awaited<ReturnType<typeof openJobs>>, config: Config): Closer {
  const work: { readonly [K in Job['kind']]: (id: string) => Promise<void> } = {
    interaction: (id) => workInteraction(world, id),
    request: (id) => workRequest(world, id),
  };
  jobs.work((job) => work[job.kind](job.id), atOnce);
  const stop = new AbortController();
  const sweeping = keepSweeping(world, config.sweepSeconds, stop.signal);
  return {
    name: 'work',
    // What is under way ends before anything that it stands on is closed.
    close: async () => {
      stop.abort();
      await Promise.all([sweeping, jobs.close()]);
    },
  };
}

async function keepSweeping(world: World, seconds: number, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    try {
      const found = await sweep(world, atOnce);
      if (Object.values(found).some((n) => n > 0)) world.log.info(found, 'the sweep found work');
    } catch (error) {
      world.log.warn({ says: String(error) }, 'the sweep was cut short; the next one goes on');
    }
    await sleep(seconds * 1000, stop);
  }
}

function sleep(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((go) => {
    if (stop.aborted) return go();
    const end = (): void => {
      clearTimeout(timer);
      stop.removeEventListener('abort', end);
      go();
    };
    const timer = setTimeout(end, ms);
    stop.addEventListener('abort', end, { once: true });
  });
}

/** Crockford's base 32: no letters that look like digits, so that an id can be read out. */
function newRequestId(): string {
  const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
  return Array.from({ length: 8 }, () => alphabet[randomInt(alphabet.length)]).join('');
}

async function main(): Promise<void> {
  const read = readConfig(process.env);
  if ('faults' in read) {
    process.stderr.write(`crdb-access can't start; ${read.faults.length} fault(s) in its configuration:\n`);
    for (const fault of read.faults) process.stderr.write(`  ${configFaultText(fault)}\n`);
    process.exit(2);
  }
  const { config } = read;
  const log = openLog(
    config.logLevel,
    config.secrets.map((s) => s.reveal()),
  );
  process.on('unhandledRejection', (error) => log.error({ says: String(error) }, 'a rejection was not handled'));
  const close = await start(config, log);
  let closing = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (closing) return;
      closing = true;
      log.info({ signal }, 'stopping');
      // What hangs must not keep a deployment waiting: leases expire, and the next process goes on.
      setTimeout(() => process.exit(1), 25_000).unref();
      void close().then(() => {
        log.info({}, 'stopped');
        process.exit(0);
      });
    });
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`crdb-access could not start: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
