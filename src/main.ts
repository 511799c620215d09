import { readiness } from './adapters/http/readiness.ts';
import { httpServer, type Route } from './adapters/http/server.ts';
import { openLog } from './adapters/log/log.ts';
import { type Metrics, openMetrics } from './adapters/metrics/metrics.ts';
import type { openJobs } from './adapters/queue/jobs.ts';
import { type Closer, closeAll, openOutside, type Outside, worldOf } from './assemble.ts';
import { openPlatforms, type Platform } from './platforms.ts';
import { type Config, configFaultText, readConfig } from './config.ts';
import { offers } from './core/command/offer.ts';
import type { Job, Log, World } from './core/ports.ts';
import { workInteraction } from './core/work/interaction.ts';
import { presenter } from './core/work/present.ts';
import { receiver } from './core/work/receive.ts';
import { workProposal } from './core/work/proposal.ts';
import { workRequest } from './core/work/request.ts';
import { workSettingChange } from './core/work/setting-change.ts';
import { keepSweeping, keepWatching } from './keep-going.ts';

/** How many jobs a process works side by side. */
const atOnce = 8;

/**
 * Builds the bot from its configuration, starts it, and gives back what ends it in order: no new requests first, then the work
 * under way, then the connections.
 */
async function start(config: Config, log: Log): Promise<() => Promise<void>> {
  const closers: Closer[] = [];
  const close = (): Promise<void> => closeAll(closers, log);
  try {
    await build(config, log, closers);
    return close;
  } catch (error) {
    await close();
    throw error;
  }
}

async function build(config: Config, log: Log, closers: Closer[]): Promise<void> {
  const metrics = config.metrics === 'on' ? openMetrics() : null;
  const opened = await openOutside(config, log, closers);
  const outside = metrics?.ports(opened) ?? opened;
  const { store, jobs, directory, clusters } = outside;
  const receive = receiver(store, jobs, log);

  let world: World | null = null;
  const served = await openPlatforms(config, log, {
    receive: metrics?.receive(receive) ?? receive,
    suggest: async (door, field, typed) => (world === null ? [] : await offers(world, door, field, typed)),
    present: async (...look) => (world === null ? null : await presenter(world)(...look)),
  });

  world = worldOf(
    outside,
    config,
    log,
    served.map(({ chat }) => metrics?.chat(chat) ?? chat),
  );
  closers.push(startWork(world, jobs, config, metrics));

  const server = httpServer({
    port: config.port,
    host: config.host,
    log,
    routes: routes(served, metrics, opened),
    ready: readiness({
      warnings: served.flatMap(({ warnings }) => warnings),
      vital: {
        store: () => store.probe(),
        queue: () => jobs.probe(),
        ...Object.assign({}, ...served.map(({ vital }) => vital)),
      },
      reported: {
        directory: () => directory.probe(),
        ...Object.fromEntries([...clusters].map(([name, c]) => [`cluster ${name}`, () => c.probe()])),
      },
    }),
  });
  closers.push(...served.map(({ chat, close }) => ({ name: chat.platform, close })), {
    name: 'http',
    close: () => server.close(),
  });
  const { port } = await server.listening;
  log.info(
    {
      port,
      platforms: served.map(({ chat }) => chat.platform),
      clusters: [...clusters.keys()],
      entitlements: [...config.policy.entitlements.keys()],
      policyHash: config.policy.hash,
    },
    'crdb-access is listening',
  );
}

function routes(served: readonly Platform[], metrics: Metrics | null, opened: Outside): readonly Route[] {
  return [
    ...served.flatMap(({ inbound }) =>
      inbound === null
        ? []
        : [{ method: 'POST', path: inbound.path, handler: metrics?.inbound(inbound.handler) ?? inbound.handler } as const],
    ),
    ...(metrics === null ? [] : [{ method: 'GET', path: '/metrics', handler: metrics.scrape(opened) } as const]),
  ];
}

/** The queue's hints and, whatever becomes of them, the sweep; and the watch. */
function startWork(world: World, jobs: Awaited<ReturnType<typeof openJobs>>, config: Config, metrics: Metrics | null): Closer {
  const work: { readonly [K in Job['kind']]: (id: string) => Promise<void> } = {
    interaction: (id) => workInteraction(world, id),
    request: (id) => workRequest(world, id),
    proposal: (id) => workProposal(world, id),
    setting_change: (id) => workSettingChange(world, id),
  };
  jobs.work((job) => work[job.kind](job.id), atOnce);
  const stop = new AbortController();
  const going = [
    keepSweeping(world, config.sweepSeconds, atOnce, stop.signal, metrics),
    keepWatching(world, config.sweepSeconds, stop.signal),
  ];
  return {
    name: 'work',
    // What is under way ends before anything that it stands on is closed.
    close: async () => {
      stop.abort();
      await Promise.all([...going, jobs.close()]);
    },
  };
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
