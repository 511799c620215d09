import { planGrant, planText, readBack } from '../cluster/plan.ts';
import { preflight } from '../cluster-auth/preflight.ts';
import { Fault } from '../errors.ts';
import { ledgerFindings, ownsUser } from '../identity/ledger-rules.ts';
import { type SqlUserOf, sqlUserOf } from '../identity/sql-user.ts';
import { alert } from '../messages/alert.ts';
import type { AuditEntry, DirectoryUser, World } from '../ports.ts';
import { due, next } from '../request/lifecycle.ts';
import type { AccessRequest, Finding } from '../request/request.ts';
import { makeCurrent } from './make-current.ts';
import { oneAtATime, type Target, stillQualifies, targetOf } from './qualifies.ts';
import type { Wait } from '../request/wait.ts';

/**
 * Due on entering `approved`. Reads the facts once more, makes the cluster's JWT settings current, creates the SQL user and grants
 * the roles, reads all of it back, and decides the login that the person is about to make. Only then is the request granted.
 * Safe to run again from any point: each part looks first and does only what is not so yet.
 *
 * @returns what it waits for; null when the request went on (granted, or given up with the findings)
 */
export async function provision(world: World, request: AccessRequest): Promise<Wait | null> {
  const target = targetOf(world, request);
  const { person, findings } = await stillQualifies(world, request, target);
  if (person === null) return giveUp(world, request, findings);
  const against = await standsAgainst(world, request, target, person);
  if (against.some((f) => f.rule === 'user_not_ours' || f.rule === 'user_is_role')) await makeCurrent(world, target, null);
  if (against.length > 0) return giveUp(world, request, against);

  const settings = await makeCurrent(world, target, { request, person });
  if (settings.kind === 'refused') return giveUp(world, request, settings.findings);
  if (settings.kind === 'waits') return settings.wait;

  const ended = await oneAtATime(world, request, async () => {
    const finding = await changeCluster(world, request, target);
    return finding === null ? { wait: await grant(world, request, target, person) } : { finding };
  });
  if ('wait' in ended) return ended.wait;
  // The map may have been made ready for a SQL user that turned out to be somebody else's.
  await makeCurrent(world, target, null);
  return giveUp(world, request, [ended.finding]);
}

/** What the cluster and the ledger have against it, before anything is written. */
async function standsAgainst(
  world: World,
  request: AccessRequest,
  target: Target,
  person: DirectoryUser,
): Promise<readonly Finding[]> {
  const ledger = await world.store.ledger.rows(request.cluster);
  const bound = ledgerFindings(ledger, request.sqlUsername, person);
  if (bound.length > 0) return bound;
  const named = sqlUserOf(ledger, request.cluster, person);
  if (!('name' in named) || named.name !== request.sqlUsername) return [renamed(request, person, named)];
  const { users } = await target.cluster.read();
  const plan = planGrant({
    sqlUsername: request.sqlUsername,
    roles: request.roles,
    users,
    memberships: [],
    owned: ownsUser(ledger, request.sqlUsername, request.requester.oid),
  });
  return 'refused' in plan ? plan.refused.map((r) => ({ rule: r.code, ok: false, says: r.says })) : [];
}

/** Creates the user and grants the roles. Gives back the finding that ends it, or null. */
async function changeCluster(world: World, request: AccessRequest, { cluster }: Target): Promise<Finding | null> {
  const { ledger } = world.store;
  const row = { cluster: request.cluster, sqlUsername: request.sqlUsername, oid: request.requester.oid };
  const { users } = await cluster.read();
  const memberships = await cluster.members(request.roles.filter((role) => users.some((u) => u.name === role)));
  const owned = ownsUser(await ledger.rows(request.cluster), row.sqlUsername, row.oid);
  const plan = planGrant({ sqlUsername: request.sqlUsername, roles: request.roles, users, memberships, owned });
  if ('refused' in plan)
    return { rule: plan.refused[0]?.code ?? 'plan', ok: false, says: plan.refused.map((r) => r.says).join(' ') };
  const text = planText(plan.changes);
  world.log.info({ request: request.id, cluster: request.cluster, plan: text }, 'cluster plan');
  // Before it is run: whatever becomes of it, what was meant is known.
  if (plan.changes.length > 0) {
    await world.store.audit.append([entry(request, 'cluster.plan', { plan: text, policyHash: world.policy.hash })]);
  }
  for (const change of plan.changes) {
    if (change.kind === 'create_user') await ledger.mark(row, 'attempted', [entry(request, 'ledger.attempted')]);
    const outcome = await cluster.run(change).catch(async (fault: unknown) => {
      // Refused outright, so nothing was made: a user that is found there later is not of this attempt.
      const nothingMade = change.kind === 'create_user' && !owned && fault instanceof Fault && fault.retry === 'never';
      if (nothingMade) await ledger.release(row, [entry(request, 'ledger.released')]);
      throw fault;
    });
    // An answer to a first attempt: a CREATE USER of ours can't have made it. After an unknown outcome it may well have.
    if (outcome === 'exists' && !owned) {
      await ledger.release(row, [entry(request, 'ledger.released')]);
      return {
        rule: 'user_not_ours',
        ok: false,
        says: `The SQL user ${request.sqlUsername} appeared on this cluster while it was being created for you, and not by this bot, so it may be somebody else's. An admin of the cluster can look at it.`,
      };
    }
    await world.store.audit.append([entry(request, `cluster.${change.kind}`, { change })]);
  }
  return null;
}

/** Reads the grant back, decides the login, and says "granted" only when both are as they should be. */
async function grant(world: World, request: AccessRequest, target: Target, person: DirectoryUser): Promise<Wait | null> {
  const [state, memberships, published] = await Promise.all([
    target.cluster.read(),
    target.cluster.members(request.roles),
    world.issuer.published(target.policy.api.tokenVersion),
  ]);
  const seen = readBack({ sqlUsername: request.sqlUsername, roles: request.roles, users: state.users, memberships });
  if (!seen.complete) {
    const lacks = seen.exists ? (seen.canLogin ? `role ${seen.missing.join(', ')}` : 'LOGIN') : 'the user itself';
    throw new Fault(
      'cluster_outcome_unknown',
      'unknown',
      `after the change, SQL user ${request.sqlUsername} on ${request.cluster} still lacks: ${lacks}`,
    );
  }
  await world.store.ledger.mark(
    { cluster: request.cluster, sqlUsername: request.sqlUsername, oid: request.requester.oid },
    'created',
    [entry(request, 'ledger.created')],
  );
  const login = await preflight({
    state,
    policy: target.policy,
    person,
    sqlUsername: request.sqlUsername,
    published,
    now: await world.store.now(),
  });
  if (!login.ok) {
    const says = `the login of ${request.sqlUsername} would be refused at the step "${login.step}": ${login.error}${login.detail === undefined ? '' : ` (${login.detail})`}`;
    await world.store.alerts.raise({
      key: `${request.id}:login:${login.step}`,
      requestId: request.id,
      card: alert({ request, says: `Everything is granted, but ${says}. An admin of the cluster has to look at it.` }),
    });
    return { code: 'login_refused', says: `the cluster to accept the login. The admins have been told that ${says}.` };
  }
  const now = await world.store.now();
  const granted = next[request.state].provisioned ?? request.state;
  await world.store.requests.save(
    { ...request, state: granted, due: due[granted], dueAt: now, grantedAt: now, waiting: null },
    {
      audit: [
        entry(request, 'request.provisioned', {
          sqlUsername: request.sqlUsername,
          roles: request.roles,
          version: state.version,
          policyHash: world.policy.hash,
          readBack: { ...seen, memberOf: state.users.find((user) => user.name === request.sqlUsername)?.memberOf ?? [] },
          login,
        }),
      ],
    },
  );
  return null;
}

async function giveUp(world: World, request: AccessRequest, findings: readonly Finding[]): Promise<null> {
  await letGoOfClaim(world, request);
  const state = next[request.state].give_up ?? request.state;
  await world.store.requests.save(
    { ...request, state, due: due[state], dueAt: await world.store.now(), findings, waiting: null },
    { audit: [entry(request, 'request.give_up', { findings, policyHash: world.policy.hash })] },
  );
  return null;
}

/** A claim that no CREATE USER followed ties nobody to anything, unless two admins have said so. */
async function letGoOfClaim(world: World, request: AccessRequest): Promise<void> {
  const row = { cluster: request.cluster, sqlUsername: request.sqlUsername, oid: request.requester.oid };
  const isMereClaim = async (): Promise<boolean> => {
    const rows = await world.store.ledger.rows(row.cluster);
    return (
      rows.some((r) => r.sqlUsername === row.sqlUsername && r.oid === row.oid && !r.adopted) &&
      !ownsUser(rows, row.sqlUsername, row.oid)
    );
  };
  if (!(await isMereClaim())) return;
  // Looked at again when nobody else works on this SQL user: another request of the person may have created it meanwhile.
  await oneAtATime(world, request, async () => {
    if (await isMereClaim()) await world.store.ledger.release(row, [entry(request, 'ledger.released')]);
  });
}

/** What was approved is a grant to the SQL user that stood on the card. */
function renamed(request: AccessRequest, person: DirectoryUser, now: SqlUserOf): Finding {
  const adopted = 'name' in now && now.bound !== null;
  return {
    rule: 'sql-name',
    ok: false,
    says: adopted
      ? `Your SQL user on ${request.cluster} is ${now.name} since then, and what was approved is made out to ${request.sqlUsername}. Ask again.`
      : `Your UPN is now ${person.upn}, and the SQL user ${request.sqlUsername} that was approved is not yours any more by it. Ask again: the request is made out to your SQL user of today then.`,
  };
}

function entry(request: AccessRequest, event: string, details: Readonly<Record<string, unknown>> = {}): AuditEntry {
  return {
    event,
    requestId: request.id,
    actor: null,
    details: { cluster: request.cluster, sqlUsername: request.sqlUsername, ...details },
  };
}
