import { Fault } from '../errors.ts';
import { foreignCard, notYours, unknown } from '../messages/answers.ts';
import type { Card } from '../messages/card.ts';
import { closed, clusterSilent, confirmedBefore, lapsedNow, looksDifferent } from '../messages/proposal.ts';
import { isAdmin, notAdmin, standsBeforeAdmins, stillAdmins } from '../policy/admins.ts';
import type { AuditEntry, DirectoryUser, PressedButton, Proposal, World } from '../ports.ts';
import type { Finding } from '../request/request.ts';
import { adoptable } from './adoptable.ts';
import { plainPlan } from './plan.ts';

/** How many different people have to confirm. */
const needed = 2;

/**
 * A word on a proposal: `confirm` or `decline`. It counts when it comes from the card that was posted for it, in time, from somebody who
 * is an admin now and not the person that it is about; and a confirmation only while everything that was filed is still so. The
 * second, of another person, adopts.
 *
 * @returns what to answer the person who pressed; null: the card itself says it
 * @throws Fault when the directory or the store does not answer: nothing was decided
 */
export async function decideProposal(world: World, click: PressedButton, person: DirectoryUser): Promise<Card | null> {
  for (let tries = 0; tries < 5; tries += 1) {
    const proposal = await world.store.proposals.get(click.about);
    if (proposal === null) return unknown('proposal', click.about);
    const card = { places: proposal.posted?.places ?? [], called: `proposal ${proposal.id}` };
    if (!standsBeforeAdmins(world, card, click.place)) return foreignCard(proposal.id);
    const now = await world.store.now();
    if (proposal.state !== 'open' || now >= proposal.deadline) return closed(proposal);
    const against = await mayNot(world, proposal, person);
    if (against.length > 0) return notYours(against);
    const word = { by: { oid: person.oid, upn: person.upn, displayName: person.displayName }, at: now };
    const step = click.button === 'decline' ? declined(world, proposal, word) : await confirmed(world, proposal, word);
    if ('answer' in step) return step.answer;
    const saved = await world.store.proposals.save(step.next, step.audit);
    if (saved === null) continue;
    await world.jobs.add({ kind: 'proposal', id: saved.id }).catch(() => undefined);
    return step.says;
  }
  throw new Fault('not_yet', 'later', `proposal ${click.about} kept changing while a word on it was to be saved`);
}

/** What speaks against this person's word, read now. */
async function mayNot(world: World, proposal: Proposal, person: DirectoryUser): Promise<readonly Finding[]> {
  const against: Finding[] = [];
  if (person.oid === proposal.person.oid) {
    against.push({
      rule: 'own-proposal',
      ok: false,
      says: 'This is about your own SQL user, so your word does not count: two other admins decide.',
    });
  }
  if (!(await isAdmin(world, person))) against.push(notAdmin(world));
  return against;
}

type Word = Proposal['confirmed'][number];
type Step =
  | { readonly answer: Card }
  | { readonly next: Proposal; readonly audit: readonly AuditEntry[]; readonly says: Card | null };

function declined(world: World, proposal: Proposal, word: Word): Step {
  return {
    next: { ...proposal, state: 'declined', declined: word },
    audit: [entry(world, 'proposal.declined', proposal, word.by.oid, {})],
    says: null,
  };
}

async function confirmed(world: World, proposal: Proposal, word: Word): Promise<Step> {
  const before = proposal.confirmed.find((one) => one.by.oid === word.by.oid);
  if (before !== undefined) return { answer: confirmedBefore(proposal, before) };
  let looked: Awaited<ReturnType<typeof lookAgain>>;
  try {
    looked = await lookAgain(world, proposal);
  } catch (fault) {
    if (fault instanceof Fault && fault.code.startsWith('cluster_')) return { answer: clusterSilent(proposal, fault.message) };
    throw fault;
  }
  const { findings, person } = looked;
  if (findings.some((f) => !f.ok)) {
    const next: Proposal = { ...proposal, state: 'lapsed', findings };
    return { next, audit: [entry(world, 'proposal.lapsed', next, word.by.oid, { findings })], says: lapsedNow(next) };
  }
  if (!reads(proposal, findings)) {
    const next = { ...proposal, findings, confirmed: [] };
    const audit = [entry(world, 'proposal.changed', next, word.by.oid, { findings, before: proposal.findings })];
    return { next, audit, says: looksDifferent(next) };
  }
  const words = [...(await stillAdmins(world, proposal.confirmed)), word];
  const adopted = words.length >= needed;
  const next: Proposal = { ...proposal, state: adopted ? 'adopted' : 'open', findings, confirmed: words, person };
  const audit = [entry(world, 'proposal.confirmed', next, word.by.oid, { findings })];
  if (adopted) {
    const plan = plainPlan(next);
    audit.push(entry(world, 'proposal.adopted', next, word.by.oid, { plan, confirmed: words.map((one) => one.by) }));
  }
  return { next, audit, says: null };
}

/** Everything that was looked at when it was filed, once more. */
async function lookAgain(
  world: World,
  proposal: Proposal,
): Promise<{ readonly findings: readonly Finding[]; readonly person: Proposal['person'] }> {
  const policy = world.policy.clusters.get(proposal.cluster);
  const cluster = world.clusters.get(proposal.cluster);
  if (policy === undefined || cluster === undefined) {
    const says = `The policy no longer has the cluster ${proposal.cluster}.`;
    return { findings: [{ rule: 'policy', ok: false, says }], person: proposal.person };
  }
  const person = await world.directory.userById(proposal.person.oid);
  const { findings, exists } = await adoptable(world, { policy, cluster, sqlUsername: proposal.sqlUsername, person });
  const since: Finding[] = [];
  if (person !== null && person.upn.toLowerCase() !== proposal.person.upn.toLowerCase()) {
    since.push({
      rule: 'upn_changed',
      ok: false,
      says: `The person's UPN was ${proposal.person.upn} when this was filed and is ${person.upn} now. File it anew.`,
    });
  }
  if (exists !== proposal.exists) {
    const says = `The SQL user ${proposal.sqlUsername} ${exists ? 'has been created' : 'has been dropped'} on ${proposal.cluster} since this was filed. File it anew.`;
    since.push({ rule: 'exists_changed', ok: false, says });
  }
  return { findings: [...since, ...findings], person: person === null ? proposal.person : pick(person) };
}

const pick = ({ oid, upn, displayName }: DirectoryUser): Proposal['person'] => ({ oid, upn, displayName });

/** Whether the card still says what is so. What it can do is read with less patience, so that alone changes nothing. */
function reads({ findings }: Proposal, now: readonly Finding[]): boolean {
  const told = (all: readonly Finding[]): string =>
    all
      .filter((f) => f.rule !== 'abilities')
      .map((f) => `${f.rule}: ${f.says}`)
      .sort()
      .join('\n');
  return told(findings) === told(now);
}

function entry(
  world: World,
  event: string,
  { id, cluster, sqlUsername, person }: Proposal,
  actor: string | null,
  details: Readonly<Record<string, unknown>>,
): AuditEntry {
  return { event, requestId: id, actor, details: { cluster, sqlUsername, person, policyHash: world.policy.hash, ...details } };
}
