/** What the bot stands on, opened from its configuration: for the bot itself, and for commands that an operator runs beside it. */

import { randomInt, randomUUID } from 'node:crypto';
import { clock } from './adapters/clock/clock.ts';
import { adviceSql } from './adapters/cockroach/advice.ts';
import { cockroachCluster } from './adapters/cockroach/cluster.ts';
import { entra } from './adapters/entra/entra.ts';
import { openLinter } from './adapters/linter/linter.ts';
import { openJobs } from './adapters/queue/jobs.ts';
import { openStore, type OpenStore } from './adapters/store/store.ts';
import type { AzureCredential, Config } from './config.ts';
import { Fault } from './core/errors.ts';
import type { Chat, Cluster, Directory, Linter, Log, TokenIssuer, World } from './core/ports.ts';

/** Whoever opens a thing pushes its closer; shutdown runs them backwards. */
export interface Closer {
  readonly name: string;
  readonly close: () => Promise<void>;
}

/** Runs the closers backwards, each once; one that fails is logged and keeps no other from its turn. */
export async function closeAll(closers: Closer[], log: Log): Promise<void> {
  for (const { name, close } of closers.splice(0).reverse()) {
    await close().catch((error: unknown) => log.warn({ closing: name, says: String(error) }, 'could not be closed'));
  }
}

/** Everything outside but the chats, which need somebody to hand their interactions to. */
export interface Outside {
  readonly store: OpenStore;
  readonly jobs: Awaited<ReturnType<typeof openJobs>>;
  readonly directory: Directory;
  readonly issuer: TokenIssuer;
  readonly clusters: ReadonlyMap<string, Cluster>;
  readonly linter: Linter;
}

/**
 * Opens the store (and brings it up to this program), the queue, the directory and the clusters.
 *
 * @param closers told of each thing as it is opened
 * @param hints `wanted`: a queue that is not there is done without, since the sweep of a bot that runs finds the work by itself
 * @param tables `as they are`: nothing is written, and a store that is not there is found out by whoever asks it
 * @throws Fault when the store, or a queue that is needed, is not there
 */
export async function openOutside(
  config: Config,
  log: Log,
  closers: Closer[],
  hints: 'needed' | 'wanted' = 'needed',
  tables: 'made' | 'as they are' = 'made',
): Promise<Outside> {
  const holder = `${process.pid}-${randomUUID().slice(0, 8)}`;
  const store = await openStore({ url: config.databaseUrl.reveal(), log, holder, leaseSeconds: config.leaseSeconds });
  closers.push({ name: 'store', close: () => store.close() });
  if (tables === 'made') await store.migrate();

  const jobs = await openQueue(config, log, hints);
  closers.push({ name: 'queue', close: () => jobs.close() });

  const { directory, issuer, close: closeEntra } = openEntra(config, log);
  closers.push({ name: 'directory', close: closeEntra });

  const clusters = new Map([...config.clusters].map(([name, c]) => [name, openCluster(name, c, config, log)]));
  closers.push({ name: 'clusters', close: async () => void (await Promise.all([...clusters.values()].map((c) => c.close()))) });

  const linter = openLinter();
  closers.push({ name: 'linter', close: () => linter.close() });
  return { store, jobs, directory, issuer, clusters, linter };
}

async function openQueue(config: Config, log: Log, hints: 'needed' | 'wanted'): ReturnType<typeof openJobs> {
  const queueUrl = config.queueUrl === null ? {} : { queueUrl: config.queueUrl.reveal() };
  try {
    return await openJobs({ databaseUrl: config.databaseUrl.reveal(), log, ...queueUrl });
  } catch (fault) {
    if (hints === 'needed' || !(fault instanceof Fault)) throw fault;
    return { add: nothing, depth: () => Promise.resolve(0), probe: nothing, work: () => undefined, close: nothing };
  }
}

const nothing = (): Promise<void> => Promise.resolve();

export function worldOf(outside: Outside, config: Config, log: Log, chats: readonly Chat[]): World {
  return {
    ...outside,
    policy: config.policy,
    tenantId: config.azure.tenantId,
    retryCapSeconds: config.retryCapSeconds,
    watching: { checkSeconds: config.checkSeconds, keySeconds: config.keySeconds, lookSeconds: config.lookSeconds },
    chats: new Map(chats.map((chat) => [chat.platform, chat])),
    adminSql: adviceSql,
    clock,
    log,
    newRequestId,
  };
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

export function proof(credential: AzureCredential) {
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

/** Crockford's base 32: no letters that look like digits, so that an id can be read out. */
function newRequestId(): string {
  const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
  return Array.from({ length: 8 }, () => alphabet[randomInt(alphabet.length)]).join('');
}
