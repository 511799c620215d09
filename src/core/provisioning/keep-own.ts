import type { ClusterTarget } from '../cluster-auth/desired.ts';
import { planKept } from '../cluster-auth/reconcile.ts';
import type { Blocked, DesiredSettings, PresentSettings } from '../cluster-auth/settings-plan.ts';
import { writeSettings } from '../cluster-auth/write-settings.ts';
import { pausedSince } from '../messages/watch.ts';
import type { Paused, World } from '../ports.ts';
import type { Finding } from '../request/request.ts';
import type { Wait } from '../request/wait.ts';

export type MadeCurrent =
  | { readonly kind: 'current' }
  /** Nothing was granted here yet, and without a grant nothing is opened: the first grant writes it. */
  | { readonly kind: 'none_yet' }
  | { readonly kind: 'refused'; readonly findings: readonly Finding[] }
  | { readonly kind: 'waits'; readonly wait: Wait };

/** A cluster's settings, looked at while its lease is held. */
export interface Held {
  readonly world: World;
  readonly target: ClusterTarget;
  readonly present: PresentSettings;
  readonly desired: DesiredSettings;
  /** Throws once the lease was lost. */
  readonly stillHeld: () => Promise<void>;
}

/**
 * Keeps what is ours where something was granted before: map rows as tight as they must be, and the keys that logins need. A map
 * without any row of ours gets them back only while somebody holds what was granted there.
 */
export async function keepOwn({ world, target, present, desired, stillHeld }: Held): Promise<MadeCurrent> {
  const { changes, blocked, ownRows } = planKept(present, desired);
  if (ownRows === 0 && (await world.store.requests.grantedOn(target.policy.name)).length === 0) return { kind: 'none_yet' };
  const paused = changes.length > 0 ? await world.store.watch.paused() : null;
  if (paused !== null) return { kind: 'waits', wait: whilePaused(paused) };
  await writeSettings(world, target, {
    changes,
    before: present,
    // Of the rest nothing is known, and nothing was written.
    differs: (after) => planKept({ ...after, writable: true }, desired).changes.map(({ setting }) => setting),
    requestId: null,
    actor: null,
    stillHeld,
  });
  await stillHeld();
  if (blocked.length === 0) return { kind: 'current' };
  return {
    kind: 'waits',
    wait: { code: codesOf(blocked), says: `an admin of the cluster: ${blocked.map((f) => f.says).join(' ')}` },
  };
}

export const codesOf = (findings: readonly Blocked[]): string => `settings_blocked:${findings.map((f) => f.code).join(',')}`;

/** Nothing that the bot would write by itself is written. */
export function whilePaused(paused: Paused): Wait {
  return {
    code: 'watch_paused',
    says: `an admin, to let the bot write cluster settings again: ${pausedSince(paused)}, and settings have to be written for this.`,
  };
}
