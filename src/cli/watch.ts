import { Fault } from '../core/errors.ts';
import type { Seen, SeenIssuer, World } from '../core/ports.ts';
import { type Fact, factLines, utc } from './lines.ts';
import type { ExitCode, Output } from './output.ts';
import { whoRuns } from './outside.ts';

type Run = (world: World, json: boolean, out: Output) => Promise<ExitCode>;

/**
 * What `watch` does. Each ends with 0, also when there was nothing to do, and says so.
 *
 * @throws Fault when the store does not answer
 */
export const watch = { pause, resume, show } as const satisfies { readonly [does: string]: Run };

/** How long a setting that is being written when the watch is paused is waited for, in seconds. */
const patience = 8;

async function pause(world: World, json: boolean, out: Output): Promise<ExitCode> {
  const by = whoRuns();
  const done = await world.store.watch.pause(by, [entry('watch.paused', by)]);
  const writing = await stillWriting(world);
  const paused = await world.store.watch.paused();
  if (json) out.stdout(`${JSON.stringify({ paused, changed: done, writing })}\n`);
  else if (paused !== null)
    out.stdout(
      done
        ? 'The watch is paused: no scheduled checks, no look at the keys, and the bot writes no cluster setting by itself. `watch resume` ends that.\n'
        : `The watch is paused already, since ${utc(paused.since)}, by ${paused.by}. Nothing was changed.\n`,
    );
  for (const name of writing)
    out.stderr(`A setting of ${name} is still being written. Run \`watch pause\` again to see whether it ended.\n`);
  return 0;
}

async function resume(world: World, json: boolean, out: Output): Promise<ExitCode> {
  const by = whoRuns();
  const done = await world.store.watch.resume([entry('watch.resumed', by)]);
  if (json) out.stdout(`${JSON.stringify({ paused: null, changed: done })}\n`);
  else
    out.stdout(
      done
        ? 'The watch runs again. Whatever waited for it goes on within minutes.\n'
        : 'The watch runs already. Nothing was changed.\n',
    );
  return 0;
}

const entry = (event: string, by: string) => ({ event, requestId: null, actor: null, details: { by } });

/** Clusters whose settings somebody was writing when the watch was paused, and did not end. */
async function stillWriting(world: World): Promise<readonly string[]> {
  const names = [...world.policy.clusters.keys()];
  const ended = await Promise.all(names.map((name) => isFree(world, name)));
  return names.filter((_, i) => ended[i] === false);
}

async function isFree(world: World, cluster: string): Promise<boolean> {
  try {
    return await world.store.leases.with(`settings:${cluster}`, patience, () => Promise.resolve(true));
  } catch (fault) {
    if (fault instanceof Fault && fault.code === 'not_yet') return false;
    throw fault;
  }
}

async function show(world: World, json: boolean, out: Output): Promise<ExitCode> {
  const { clusters } = world.policy;
  const store = world.store.watch;
  const versions = [...new Set([...clusters.values()].map(({ api }) => api.tokenVersion))];
  const [paused, seen, issuers] = await Promise.all([
    store.paused(),
    Promise.all([...clusters.keys()].map(async (cluster) => ({ cluster, seen: await store.seen(cluster) }))),
    Promise.all(versions.map(async (version) => ({ version, read: await store.issuer(version) }))),
  ]);
  if (json) {
    out.stdout(`${JSON.stringify({ paused, clusters: seen, keys: issuers.map(keysOf) })}\n`);
    return 0;
  }
  const facts: Fact[] = [
    ['watch', paused === null ? 'runs' : `paused since ${utc(paused.since)}, by ${paused.by}; watch resume ends that`],
    ...seen.map(({ cluster, seen: found }): Fact => [cluster, seenText(found)]),
    ...issuers.map(({ version, read }): Fact => [`keys ${version}`, readText(read)]),
  ];
  out.stdout(factLines(facts));
  return 0;
}

const seenText = (seen: Seen | null): string =>
  seen === null ? 'not checked yet' : `${seen.verdict} since ${utc(seen.since)}, last checked ${utc(seen.checkedAt)}`;

const readText = (read: SeenIssuer | null): string =>
  read === null
    ? 'not read yet'
    : `${read.keys.filter(({ goneSince }) => goneSince === null).length} published, last read ${utc(read.readAt)}`;

const keysOf = ({ version, read }: { readonly version: string; readonly read: SeenIssuer | null }) => ({
  version,
  readAt: read?.readAt ?? null,
  keys: read?.keys.map(({ kid, firstSeen, goneSince }) => ({ kid, firstSeen, goneSince })) ?? [],
});
