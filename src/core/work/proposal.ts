import { lapse } from '../adoption/lapse.ts';
import { Fault } from '../errors.ts';
import { mapComes, mapSaysSo, proposalCard } from '../messages/proposal.ts';
import type { Proposal, World } from '../ports.ts';
import { makeCurrent } from '../provisioning/make-current.ts';
import type { Finding } from '../request/request.ts';
import { showToAdmins } from './admin-cards.ts';

/** Does whatever a proposal owes now: its end, the cluster's map once it is adopted, and its card. */
export async function workProposal(world: World, id: string): Promise<void> {
  // One that goes all the way does two pieces of work; the bound only stops a loop that should not be.
  for (let i = 0; i < 4; i += 1) {
    if (!(await world.store.proposals.hold(id, (proposal) => work(world, proposal)))) return;
  }
}

/** @throws Fault when something is waited for: it is put off, and the next sweep comes again */
async function work(world: World, held: Proposal): Promise<void> {
  world.log.info({ proposal: held.id, state: held.state }, 'proposal: work begins');
  const ended = await lapse(world, held);
  if (ended === null) return;
  // People see what was decided before the cluster is worked on; a chat that does not answer does not keep that waiting.
  const shown = await cardOf(world, ended).catch((fault: unknown) => silent(world, fault, ended));
  const applied = shown === null ? null : await apply(world, shown);
  if (applied === null) return;
  await cardOf(world, applied.proposal);
  if (applied.waits !== null) throw applied.waits;
}

/** Its card is posted, or shows what is stored. One that was over before it was posted has none. */
async function cardOf(world: World, proposal: Proposal): Promise<Proposal | null> {
  const { posted, state, version } = proposal;
  if (posted === null ? state !== 'open' : posted.shows >= version) return proposal;
  const it = { ...proposal, kind: 'proposal', isOpen: state === 'open', card: proposalCard(proposal) };
  return showToAdmins(world, it, (now, audit) => world.store.proposals.save({ ...proposal, posted: now }, audit));
}

/** Some of its cards may have been posted all the same, and their places kept. */
async function silent(world: World, fault: unknown, { id }: Proposal): Promise<Proposal | null> {
  if (fault instanceof Fault) return world.store.proposals.get(id);
  throw fault;
}

interface Applied {
  readonly proposal: Proposal;
  /** What the map waits for. */
  readonly waits: Fault | null;
}

/** The row of the adopted SQL user, in the cluster's map and read back; where the map has no rows of ours yet, the first grant brings it. */
async function apply(world: World, proposal: Proposal): Promise<Applied | null> {
  if (proposal.state !== 'adopted' || proposal.appliedAt !== null) return { proposal, waits: null };
  const waits = await tryMap(world, proposal);
  if (!(waits instanceof Fault)) {
    const map: Finding = { rule: 'map', ok: true, says: waits };
    return saved(world, { ...proposal, findings: [...proposal.findings.filter((f) => f.ok), map] }, true);
  }
  const finding: Finding = { rule: 'map', ok: false, says: waits.message };
  const known = proposal.findings.some((f) => !f.ok && f.says === finding.says);
  const findings = [...proposal.findings.filter((f) => f.ok), finding];
  const kept = known ? { proposal, waits } : await saved(world, { ...proposal, findings }, false);
  return kept === null ? null : { ...kept, waits };
}

/** @returns what became of the map, in words; or what it waits for */
async function tryMap(world: World, { cluster: name }: Proposal): Promise<Fault | string> {
  const policy = world.policy.clusters.get(name);
  const cluster = world.clusters.get(name);
  if (policy === undefined || cluster === undefined) {
    return new Fault('not_yet', 'later', `an admin, to put the cluster ${name} back into the policy.`);
  }
  try {
    const made = await makeCurrent(world, { policy, cluster }, null);
    if (made.kind === 'current') return mapSaysSo;
    if (made.kind === 'none_yet') return mapComes;
    const says = made.kind === 'waits' ? made.wait.says : made.findings.map((f) => f.says).join(' ');
    return new Fault('not_yet', 'later', says);
  } catch (fault) {
    if (fault instanceof Fault) return fault;
    throw fault;
  }
}

async function saved(world: World, proposal: Proposal, done: boolean): Promise<Applied | null> {
  const { id, cluster, sqlUsername, person, findings } = proposal;
  const next = done ? { ...proposal, appliedAt: await world.store.now() } : proposal;
  const event = done ? 'proposal.applied' : 'proposal.waits';
  const details = {
    cluster,
    sqlUsername,
    person,
    policyHash: world.policy.hash,
    ...(done ? {} : { findings: findings.filter((f) => !f.ok) }),
  };
  const kept = await world.store.proposals.save(next, [{ event, requestId: id, actor: null, details }]);
  return kept === null ? null : { proposal: kept, waits: null };
}
