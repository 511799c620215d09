import { type KeptIssuer, keptIssuer, type Version } from '../cluster-auth/published-keys.ts';
import { Fault } from '../errors.ts';
import type { World } from '../ports.ts';
import { collisionsAreDue, watchCollisions } from './collisions.ts';
import { watchCluster } from './watch-cluster.ts';
import { keysAreDue, leastSeconds, watchKeys } from './watch-keys.ts';

/** The directory is gone through once a day; when it did not answer, again after this. */
const hour = 3600;

/** Something that is done now and then, by one process at a time. */
interface Watched {
  /** As the store knows its turns. */
  readonly name: string;
  readonly everySeconds: number;
  /** Whether there is anything to do, where that is not a matter of time alone. */
  readonly due?: () => Promise<boolean>;
  readonly run: () => Promise<void>;
}

/** The watch of one process. */
export interface Watch {
  /** Begins whatever is due and is nobody else's turn; nothing while the watch is paused. What it begins goes on by itself. */
  beat(): Promise<void>;
  /** Resolves when what was begun has ended. */
  settled(): Promise<void>;
}

/** Watches keys and clusters, each by itself: one that hangs delays no other. */
export function watchOver(world: World): Watch {
  const issuer = keptIssuer(world);
  const all = everything({ ...world, issuer }, issuer);
  const running = new Map<string, Promise<void>>();
  return {
    beat: async () => {
      if ((await world.store.watch.paused()) !== null) return;
      for (const one of all) {
        if (running.has(one.name) || !(await isTheTurnOf(world, one))) continue;
        running.set(
          one.name,
          logged(world, one).finally(() => running.delete(one.name)),
        );
      }
    },
    settled: async () => void (await Promise.all(running.values())),
  };
}

function everything(world: World, issuer: KeptIssuer): readonly Watched[] {
  const { clusters } = world.policy;
  const { checkSeconds, keySeconds } = world.watching;
  const versions = new Set<Version>([...clusters.values()].map(({ api }) => api.tokenVersion));
  return [
    ...[...versions].map((version) => ({
      name: `keys:${version}`,
      everySeconds: Math.min(leastSeconds, keySeconds),
      due: () => keysAreDue(world, version),
      run: () => watchKeys(world, issuer, version),
    })),
    ...[...clusters.keys()].map((name) => ({
      name: `check:${name}`,
      everySeconds: checkSeconds,
      run: () => watchCluster(world, name),
    })),
    { name: 'collisions', everySeconds: hour, due: () => collisionsAreDue(world), run: () => watchCollisions(world) },
  ];
}

async function isTheTurnOf({ store }: World, { name, everySeconds, due }: Watched): Promise<boolean> {
  return (due === undefined || (await due())) && (await store.watch.turn(name, everySeconds));
}

/** Comes again at its next turn, whatever went wrong. */
async function logged({ log }: World, { name, run }: Watched): Promise<void> {
  try {
    await run();
  } catch (fault) {
    log.error(
      { watched: name, fault: fault instanceof Fault ? fault.code : 'unexpected', says: String(fault) },
      'the watch could not do its part; it comes again',
    );
  }
}
