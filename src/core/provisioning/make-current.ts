import { type ClusterTarget, desiredFor, type GrantedTo, settingsOf } from '../cluster-auth/desired.ts';
import { planSettings, stillDiffers } from '../cluster-auth/reconcile.ts';
import type { Blocked } from '../cluster-auth/settings-plan.ts';
import { writeSettings } from '../cluster-auth/write-settings.ts';
import { ledgerFindings } from '../identity/ledger-rules.ts';
import { alert, sqlLots, switchedOn } from '../messages/alert.ts';
import { fingerprint } from '../messages/fingerprint.ts';
import type { DirectoryUser, World } from '../ports.ts';
import type { AccessRequest } from '../request/request.ts';
import { codesOf, type Held, keepOwn, type MadeCurrent, whilePaused } from './keep-own.ts';

/** Whom the settings are made current for, or nobody in particular (null): then only the map rows that we have there are kept tight. */
type Granting = { readonly request: AccessRequest; readonly person: DirectoryUser } | null;

/** How long one waits for another's writes to the same cluster, in seconds. */
const patience = 20;

/**
 * Makes the cluster's JWT settings current: what is missing of ours is merged in and read back, what is others' stays. One at a time
 * per cluster, under a lease of the store. The person's SQL user is claimed in the ledger before the lease ends: by then the map is
 * as tight as the new user needs it, and whoever writes it next rebuilds it with that user in the list. While the watch is paused
 * nothing is written.
 */
export async function makeCurrent(world: World, target: ClusterTarget, granting: Granting): Promise<MadeCurrent> {
  const { name } = target.policy;
  return world.store.leases.with(`settings:${name}`, patience, async (stillHeld) => {
    const ledger = await world.store.ledger.rows(name);
    const bound = granting === null ? [] : ledgerFindings(ledger, granting.request.sqlUsername, granting.person);
    if (bound.length > 0) return { kind: 'refused', findings: bound };
    // Side by side: all others who are granted something on this cluster wait meanwhile.
    const look = target.cluster.read();
    const [state, desired] = await Promise.all([
      look,
      desiredFor(world, target.policy, { ledger, granting: grantedTo(granting), look }),
    ]);
    const at = { world, target, present: settingsOf(state, target.cluster), desired, stillHeld };
    return granting === null ? keepOwn(at) : grantTo(at, granting);
  });
}

const grantedTo = (granting: Granting): GrantedTo | null =>
  granting === null ? null : { sqlUsername: granting.request.sqlUsername, person: granting.person };

async function grantTo(at: Held, granting: NonNullable<Granting>): Promise<MadeCurrent> {
  const { world, target, present, desired, stillHeld } = at;
  const plan = planSettings(present, desired);
  if (plan.kind === 'blocked') return blocked(world, granting.request, plan.findings);
  if (plan.kind === 'write') {
    const paused = await world.store.watch.paused();
    if (paused !== null) return { kind: 'waits', wait: whilePaused(paused) };
    await writeSettings(world, target, {
      changes: plan.changes,
      before: present,
      differs: (after) => stillDiffers(after, desired),
      requestId: granting.request.id,
      actor: null,
      stillHeld,
    });
    await tellOfOthers(world, target.policy.name, plan.letsIn);
  }
  await stillHeld();
  return claim(world, target.policy.name, granting);
}

/** JWT login is switched on for all listed issuers at once: the admins hear whose tokens count again. */
async function tellOfOthers(world: World, cluster: string, issuers: readonly string[]): Promise<void> {
  if (issuers.length === 0) return;
  await world.store.alerts.raise({
    key: `${cluster}:switched-on:${issuers.join(' ')}`,
    requestId: null,
    card: switchedOn(cluster, issuers),
  });
}

/** Nothing is written that would lock anybody out or let anybody in: the admins get the SQL, and the request waits and says so. */
async function blocked(world: World, request: AccessRequest, findings: readonly Blocked[]): Promise<MadeCurrent> {
  for (const { code, says, sql, loses } of findings) {
    for (const lot of sqlLots(sql)) {
      await world.store.alerts.raise({
        // What is said is in the key: the same is said once, and something else that is found later is said, too.
        key: `${request.id}:${code}:${fingerprint([says, loses, ...lot].join('\n'))}`,
        requestId: request.id,
        card: alert({ request, says, sql: lot, loses }),
      });
    }
  }
  return {
    kind: 'waits',
    wait: {
      code: codesOf(findings),
      says: `an admin, who has been told: ${findings.map((f) => f.says).join(' ')}`,
    },
  };
}

async function claim(world: World, cluster: string, granting: NonNullable<Granting>): Promise<MadeCurrent> {
  const { request, person } = granting;
  const row = await world.store.ledger.claim({ cluster, sqlUsername: request.sqlUsername, oid: person.oid, upn: person.upn }, [
    {
      event: 'ledger.creating',
      requestId: request.id,
      actor: null,
      details: { cluster, sqlUsername: request.sqlUsername, oid: person.oid, upn: person.upn },
    },
  ]);
  const findings = ledgerFindings([row], request.sqlUsername, person);
  return findings.length > 0 ? { kind: 'refused', findings } : { kind: 'current' };
}
