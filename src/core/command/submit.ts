import { accessAlready } from '../messages/access-ready.ts';
import { unclear } from '../messages/answers.ts';
import type { Card } from '../messages/card.ts';
import { submitted } from '../messages/submitted.ts';
import { evaluate } from '../policy/evaluate.ts';
import type { ClusterPolicy, Entitlement } from '../policy/policy.ts';
import type { DirectoryUser, NewRequest, StoredInteraction, World } from '../ports.ts';
import { due, next, open } from '../request/lifecycle.ts';
import type { Event } from '../request/lifecycle.ts';
import type { AccessRequest, Finding } from '../request/request.ts';
import { connectCommand } from '../messages/connect-command.ts';
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
  typed: StoredInteraction & { readonly kind: 'command' },
  asked: { readonly entitlement: string; readonly reason: string },
  person: DirectoryUser,
): Promise<Card | null> {
  const entitlement = world.policy.entitlements.get(asked.entitlement);
  const cluster = entitlement && world.policy.clusters.get(entitlement.cluster);
  if (entitlement === undefined || cluster === undefined) return unknownEntitlement(world, asked.entitlement);

  const eligible = await world.directory.holds(person.oid, entitlement.eligible);
  const policy = evaluate({ entitlement, cluster, person, eligible });
  const { name, findings: foreseen, holdsNow } = await foresee(world, entitlement, person);
  const findings = [...policy.findings, ...foreseen];
  const verdict = findings.some((f) => !f.ok) ? 'refused' : policy.verdict;

  const current = verdict === 'refused' ? null : await world.store.requests.current(person.oid, entitlement.name);
  if (current?.state === 'granted' && holdsNow(current)) {
    return accessAlready(current, connectCommand(world.tenantId, cluster, current.database, current.sqlUsername));
  }
  if (current !== null && current.state !== 'granted') return submitted(current, true);

  const request = await newRequest(world, typed, asked.reason, person, { entitlement, cluster, findings, name, verdict });
  const { opened, request: stored } = await world.store.requests.create(request, typed.id, [
    {
      event: `request.${submitEvent[verdict]}`,
      requestId: request.id,
      actor: person.oid,
      details: { entitlement: entitlement.name, reason: asked.reason, findings, policyHash: world.policy.hash },
    },
  ]);
  await world.jobs.add({ kind: 'request', id: stored.id }).catch(() => undefined);
  // Refused, or over already when this is worked a second time: what became of it is told by its own message.
  if (!open.includes(stored.state)) return null;
  return submitted(stored, !opened);
}

async function newRequest(
  world: World,
  typed: StoredInteraction,
  reason: string,
  person: DirectoryUser,
  decided: {
    entitlement: Entitlement;
    cluster: ClusterPolicy;
    findings: readonly Finding[];
    name: string;
    verdict: keyof typeof submitEvent;
  },
): Promise<NewRequest> {
  const { entitlement, cluster, findings, name, verdict } = decided;
  const now = await world.store.now();
  const state: AccessRequest['state'] = next.new[submitEvent[verdict]] ?? 'refused';
  return {
    id: world.newRequestId(),
    state,
    requester: { oid: person.oid, upn: person.upn, displayName: person.displayName },
    door: typed.door,
    reply: typed.reply,
    entitlement: entitlement.name,
    title: entitlement.title,
    cluster: cluster.name,
    database: entitlement.database,
    roles: entitlement.roles,
    reason,
    sqlUsername: name,
    findings,
    evidence: null,
    policyHash: world.policy.hash,
    submittedAt: now,
    deadline: new Date(now.getTime() + (entitlement.approval?.pendingForSeconds ?? 0) * 1000),
    due: due[state],
    dueAt: now,
  };
}

function unknownEntitlement(world: World, typed: string): Card {
  const known = [...world.policy.entitlements.keys()];
  const meant = nearest(typed, known);
  const short = [...typed].slice(0, 60).join('');
  return unclear(
    `There is no entitlement "${short}". ${known.length === 0 ? 'None is configured.' : `There is: ${known.slice(0, 20).join(', ')}.`}`,
    meant,
  );
}
