import { ownRows } from '../cluster-auth/own-rows.ts';
import { planSettings, stillDiffers } from '../cluster-auth/reconcile.ts';
import type { Blocked, DesiredSettings, PresentSettings, SetSetting } from '../cluster-auth/settings-plan.ts';
import type { ClusterState } from '../cluster/cluster.ts';
import { planText } from '../cluster/plan.ts';
import { Fault } from '../errors.ts';
import { ledgerFindings, ownsUser } from '../identity/ledger-rules.ts';
import { alert, sqlLots, switchedOn } from '../messages/alert.ts';
import { fingerprint } from '../messages/fingerprint.ts';
import type { DirectoryUser, LedgerRow, World } from '../ports.ts';
import type { AccessRequest, Finding } from '../request/request.ts';
import type { Wait } from '../request/wait.ts';
import { mapPeople } from './map-people.ts';
import type { Target } from './qualifies.ts';

/** Whom the settings are made current for, or nobody in particular (null): then only the map rows that we have there are kept tight. */
export type Granting = { readonly request: AccessRequest; readonly person: DirectoryUser } | null;

export type MadeCurrent =
  | { readonly kind: 'current' }
  /** Nothing of ours is in the map yet, and without a grant nothing is opened: the first grant writes it. */
  | { readonly kind: 'none_yet' }
  | { readonly kind: 'refused'; readonly findings: readonly Finding[] }
  | { readonly kind: 'waits'; readonly wait: Wait };

/** How long one waits for another's writes to the same cluster, in seconds. */
const patience = 20;

/**
 * Makes the cluster's JWT settings current: what is missing of ours is merged in and read back, what is others' stays. One at a time
 * per cluster, under a lease of the store. The person's SQL user is claimed in the ledger before the lease ends: by then the map is
 * as tight as the new user needs it, and whoever writes it next rebuilds it with that user in the list.
 */
export async function makeCurrent(
  world: World,
  target: Pick<Target, 'cluster' | 'policy'>,
  granting: Granting,
): Promise<MadeCurrent> {
  const { name } = target.policy;
  return world.store.leases.with(`settings:${name}`, patience, async (stillHeld) => {
    const ledger = await world.store.ledger.rows(name);
    const bound = granting === null ? [] : ledgerFindings(ledger, granting.request.sqlUsername, granting.person);
    if (bound.length > 0) return { kind: 'refused', findings: bound };
    // Side by side: all others who are granted something on this cluster wait meanwhile.
    const look = target.cluster.read();
    const [state, desired] = await Promise.all([look, desiredFor(world, target, ledger, granting, look)]);
    const present = settingsOf(state, target);
    const plan = planSettings(present, desired);
    if (plan.kind === 'blocked') return blocked(world, granting, plan.findings, hasOwnMap(present, desired));
    if (plan.kind === 'write' && granting !== null) {
      await write(world, target, plan.changes, present, desired, granting, stillHeld);
      await tellOfOthers(world, name, plan.letsIn);
    }
    if (plan.kind === 'write' && granting === null) {
      await write(world, target, ownMap(plan.changes, present, desired), present, desired, granting, stillHeld);
    }
    await stillHeld();
    if (granting !== null) return claim(world, name, granting);
    return { kind: hasOwnMap(present, desired) ? 'current' : 'none_yet' };
  });
}

/** Without a grant nothing is opened: only a map that has rows of ours already is written. */
function ownMap(changes: readonly SetSetting[], present: PresentSettings, desired: DesiredSettings): readonly SetSetting[] {
  return hasOwnMap(present, desired) ? changes.filter((change) => change.setting === 'server.identity_map.configuration') : [];
}

/** Whether the map has rows of our issuer. */
const hasOwnMap = ({ settings }: PresentSettings, { issuer }: DesiredSettings): boolean =>
  settings['server.identity_map.configuration']?.includes(`${issuer} `) === true;

export function settingsOf({ version, settings }: ClusterState, { cluster }: Pick<Target, 'cluster'>): PresentSettings {
  return { version, settings, writable: cluster.settingsWritable };
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

/** What must be there of ours: the issuer and its keys as Entra publishes them now, and the map rows that the ledger gives. */
export async function desiredFor(
  world: World,
  { policy }: Pick<Target, 'policy'>,
  ledger: readonly LedgerRow[],
  granting: Granting,
  look: Promise<ClusterState> | ClusterState,
): Promise<DesiredSettings> {
  const [{ issuer, keys, jwksUri }, people, state] = await Promise.all([
    world.issuer.published(policy.api.tokenVersion),
    mapPeople(world, ledger, granting?.person ?? null),
    look,
  ]);
  // A user that is there although no CREATE USER of ours was sent is somebody else's, whoever has claimed its name: no row gives it.
  const stands = ({ sqlUsername, oid }: Pick<LedgerRow, 'sqlUsername' | 'oid'>): boolean =>
    ownsUser(ledger, sqlUsername, oid) || !state.users.some((user) => user.name === sqlUsername);
  const asked =
    granting === null ? null : { sqlUsername: granting.request.sqlUsername, oid: granting.person.oid, upn: granting.person.upn };
  const one = asked !== null && stands(asked) ? asked : null;
  const { rows } = ownRows({
    issuer,
    domains: policy.domains,
    mode: policy.map,
    users: state.users,
    ledger: ledger.filter(stands),
    people,
    granting: one,
  });
  return { issuer, jwksUri, audience: policy.api.audience, keys, rows, domains: policy.domains, granting: one };
}

/** One setting after the other, in the plan's order; then read back. */
async function write(
  world: World,
  target: Pick<Target, 'cluster' | 'policy'>,
  changes: readonly SetSetting[],
  present: PresentSettings,
  desired: DesiredSettings,
  granting: Granting,
  stillHeld: () => Promise<void>,
): Promise<void> {
  const written = (event: string, details: Readonly<Record<string, unknown>>): Promise<void> =>
    world.store.audit.append([
      {
        event,
        requestId: granting?.request.id ?? null,
        actor: null,
        details: { cluster: target.policy.name, policyHash: world.policy.hash, ...details },
      },
    ]);
  if (changes.length === 0) return;
  await written('setting.plan', { plan: planText(changes), version: present.version });
  for (const change of changes) {
    await stillHeld();
    await target.cluster.run(change);
    const before = present.settings[change.setting] ?? null;
    await written('setting.written', { setting: change.setting, before, after: change.value });
    world.log.info(
      { cluster: target.policy.name, setting: change.setting, request: granting?.request.id },
      'cluster setting written',
    );
  }
  const after = settingsOf(await target.cluster.read(), target);
  const differs = stillDiffers(after, desired).filter(
    (what) => granting !== null || changes.some((change) => change.setting === what),
  );
  await written('setting.read_back', {
    settings: Object.fromEntries(changes.map(({ setting }) => [setting, after.settings[setting] ?? null])),
    differs,
  });
  if (differs.length > 0) {
    throw new Fault(
      'cluster_outcome_unknown',
      'unknown',
      `${target.policy.name} does not show yet what was written: ${differs.join(', ')}`,
    );
  }
}

/** Nothing is written that would lock anybody out or let anybody in: the admins get the SQL, and the request waits and says so. */
async function blocked(world: World, granting: Granting, findings: readonly Blocked[], ownMap: boolean): Promise<MadeCurrent> {
  if (granting === null) {
    return ownMap
      ? {
          kind: 'waits',
          wait: { code: codesOf(findings), says: `an admin of the cluster: ${findings.map((f) => f.says).join(' ')}` },
        }
      : { kind: 'none_yet' };
  }
  const { request } = granting;
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

const codesOf = (findings: readonly Blocked[]): string => `settings_blocked:${findings.map((f) => f.code).join(',')}`;

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
