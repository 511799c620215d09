import { sqlUserOf } from '../identity/sql-user.ts';
import { accessAlready } from '../messages/access-ready.ts';
import { unclear } from '../messages/answers.ts';
import type { Card } from '../messages/card.ts';
import { submitted } from '../messages/submitted.ts';
import { evaluate } from '../policy/evaluate.ts';
import type { ClusterPolicy, Entitlement } from '../policy/policy.ts';
import type { DirectoryUser, NewRequest, StoredInteraction, World } from '../ports.ts';
import { due, next, open } from '../request/lifecycle.ts';
import type { Event } from '../request/lifecycle.ts';
import type { AccessRequest, Evidence, Finding } from '../request/request.ts';
import { connectCommand } from '../messages/connect-command.ts';
import { plainReason } from '../messages/plain-reason.ts';
import { decidable } from './decidable.ts';
import { gatherEvidence } from './evidence.ts';
import { foresee } from './foresee.ts';
import { nearest } from '../policy/near.ts';

const submitEvent: { readonly [V in 'needs_approval' | 'allowed' | 'refused']: Event } = {
  needs_approval: 'submit_for_approval',
  allowed: 'submit_allowed',
  refused: 'submit_refused',
};

/**
 * Files a request: reads the person's facts now, decides by policy, and stores the outcome. A refusal is stored too (its answer is
 * the work due). What is open or granted already is shown, not doubled.
 *
 * @returns what to answer the requester; null: the stored request says it
 * @throws Fault when the directory does not answer: nothing was filed
 */
export async function submit(
  world: World,
  asking: Pick<StoredInteraction, 'id' | 'door' | 'reply'>,
  asked: { readonly entitlement: string; readonly reason: string },
  person: DirectoryUser,
): Promise<Card | null> {
  const entitlement = world.policy.entitlements.get(asked.entitlement);
  const cluster = entitlement && world.policy.clusters.get(entitlement.cluster);
  if (entitlement === undefined || cluster === undefined) return unknownEntitlement(world, asked.entitlement);

  const eligible = await world.directory.holds(person.oid, entitlement.eligible);
  const ledger = await world.store.ledger.rows(cluster.name);
  const sqlUser = sqlUserOf(ledger, cluster.name, person);
  const policy = evaluate({ entitlement, cluster, person, sqlUser, eligible });
  const current = policy.verdict === 'refused' ? null : await world.store.requests.current(person.oid, entitlement.name);
  const gather = (): Promise<Evidence> => gatherEvidence(world, entitlement, person, 'name' in sqlUser ? sqlUser.name : '');
  const isNew = policy.verdict !== 'refused' && current === null;
  // Side by side: a cluster that does not answer is waited for once.
  const [{ name, findings: foreseen, holdsNow }, seen] = await Promise.all([
    foresee(world, entitlement, person, sqlUser, ledger),
    isNew ? gather() : null,
  ]);
  const known = [...policy.findings, ...foreseen];
  const refused = known.some((f) => !f.ok);
  if (!refused && current?.state === 'granted' && holdsNow(current)) {
    return accessAlready(current, connectCommand(world.tenantId, cluster, current.database, current.sqlUsername));
  }
  if (!refused && current !== null && current.state !== 'granted') return submitted(current, true);

  // Who would be refused anyway waits for nobody, and wakes no admin.
  const findings = refused ? known : [...known, ...(await decidable(world, entitlement, person))];
  const verdict = findings.some((f) => !f.ok) ? 'refused' : policy.verdict;
  const reason = plainReason(asked.reason);
  const evidence = verdict === 'refused' ? null : (seen ?? (await gather()));
  const decided = { entitlement, cluster, findings, name, verdict, evidence };
  const request = await newRequest(world, asking, reason, person, decided);
  const { opened, request: stored } = await world.store.requests.create(request, asking.id, [
    {
      event: `request.${submitEvent[verdict]}`,
      requestId: request.id,
      actor: person.oid,
      details: { entitlement: entitlement.name, reason, findings, policyHash: world.policy.hash },
    },
  ]);
  await world.jobs.add({ kind: 'request', id: stored.id }).catch(() => undefined);
  // Refused, or over already when this is worked a second time: what became of it is told by its own message.
  if (!open.includes(stored.state)) return null;
  return submitted(stored, !opened);
}

async function newRequest(
  world: World,
  asking: Pick<StoredInteraction, 'door' | 'reply'>,
  reason: string,
  person: DirectoryUser,
  decided: {
    entitlement: Entitlement;
    cluster: ClusterPolicy;
    findings: readonly Finding[];
    name: string;
    verdict: keyof typeof submitEvent;
    evidence: Evidence | null;
  },
): Promise<NewRequest> {
  const { entitlement, cluster, findings, name, verdict, evidence } = decided;
  const now = await world.store.now();
  const state: AccessRequest['state'] = next.new[submitEvent[verdict]] ?? 'refused';
  return {
    id: world.newRequestId(),
    state,
    requester: { oid: person.oid, upn: person.upn, displayName: person.displayName },
    door: asking.door,
    reply: asking.reply,
    entitlement: entitlement.name,
    title: entitlement.title,
    cluster: cluster.name,
    database: entitlement.database,
    roles: entitlement.roles,
    reason,
    sqlUsername: name,
    findings,
    evidence,
    policyHash: world.policy.hash,
    submittedAt: now,
    deadline: new Date(now.getTime() + (entitlement.approval?.pendingForSeconds ?? 0) * 1000),
    due: due[state],
    dueAt: now,
  };
}

function unknownEntitlement(world: World, typed: string): Card {
  const meant = nearest(typed, world.policy.entitlements.keys());
  const short = [...typed].slice(0, 60).join('');
  return unclear(
    [`There is no entitlement "${short}". See what you may ask for: `, { typed: 'list' }],
    meant === null ? null : `request ${meant}`,
  );
}
