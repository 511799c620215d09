import { Fault } from '../errors.ts';
import { sqlUserOf } from '../identity/sql-user.ts';
import { foreignCard, notYours, unknown } from '../messages/answers.ts';
import type { Card } from '../messages/card.ts';
import { alreadyDecided } from '../messages/decided.ts';
import { evaluate, mayDecide } from '../policy/evaluate.ts';
import type { Entitlement } from '../policy/policy.ts';
import type { DirectoryUser, World } from '../ports.ts';
import type { DecisionKind } from '../request/buttons.ts';
import { due, next, type State } from '../request/lifecycle.ts';
import { type AccessRequest, type Finding, type Place, samePlace } from '../request/request.ts';

/** What somebody chose on a card, or in the form that a button of the card opened. */
export interface Choice {
  /** Of the interaction. */
  readonly id: string;
  readonly kind: DecisionKind;
  /** The request's id, as the button carried it. */
  readonly about: string;
  /** Null: a page of the person's own, which only the bot writes: nothing else could stand there. */
  readonly place: Place | null;
  readonly reason?: string;
}

/**
 * A decision. It counts when it comes from the card that was posted for this very request, before the deadline,
 * from somebody who may decide, and first. All of that is read now; the deadline is compared by the store's own clock in the
 * statement that saves the decision.
 *
 * @returns what to answer the person who pressed; null: the card itself says it
 * @throws Fault when the directory does not answer: nothing was decided
 */
export async function decide(world: World, choice: Choice, person: DirectoryUser): Promise<Card | null> {
  const { requests } = world.store;
  for (let tries = 0; tries < 5; tries += 1) {
    const looked = await mayChoose(world, choice, person);
    if ('says' in looked) return looked.says;
    const { request, state, findings: against } = looked;
    const at = await world.store.now();
    const decision = {
      kind: choice.kind,
      by: { oid: person.oid, upn: person.upn, displayName: person.displayName },
      at,
      ...(choice.reason === undefined ? {} : { reason: choice.reason }),
    };
    const saved = await requests.save(
      { ...request, state, due: due[state], dueAt: at, decision, waiting: null },
      {
        decision: { ...decision, interactionId: choice.id },
        audit: [
          {
            event: `request.${choice.kind}`,
            requestId: request.id,
            actor: person.oid,
            details: { findings: against, policyHash: world.policy.hash, reason: choice.reason ?? null },
          },
        ],
      },
      { beforeDeadline: true },
    );
    if (saved !== null) return null;
  }
  throw new Fault('not_yet', 'later', `request ${choice.about} kept changing while a decision was to be saved`);
}

/**
 * Whether this choice of this person would count now: before a form for it is opened, and again when it is made.
 *
 * @returns what stands against it, for the person; or the request, the state that it would go to, and what was found
 */
export async function mayChoose(
  world: World,
  choice: Omit<Choice, 'id' | 'reason'>,
  person: DirectoryUser,
): Promise<
  { readonly says: Card } | { readonly request: AccessRequest; readonly state: State; readonly findings: readonly Finding[] }
> {
  const open = await standsOpen(world, choice);
  if ('says' in open) return open;
  const { request, state } = open;
  const against = await findings(world, request, choice.kind, person);
  return against.some((f) => !f.ok) ? { says: notYours(against) } : { request, state, findings: against };
}

/** The part of `mayChoose` that nobody has to be looked up for: whether there is still something to choose, and on this card. */
export async function standsOpen(
  world: World,
  choice: Omit<Choice, 'id' | 'reason'>,
): Promise<{ readonly says: Card } | { readonly request: AccessRequest; readonly state: State }> {
  const request = await world.store.requests.get(choice.about);
  if (request === null) return { says: unknown('request', choice.about) };
  if (!(await standsOn(world, request, choice.place))) return { says: foreignCard(choice.about) };
  const state = next[request.state][choice.kind];
  if (state === undefined || isOver(request, choice.kind, await world.store.now())) return { says: alreadyDecided(request) };
  return { request, state };
}

/**
 * What a choice hears that can't count any more, whoever it came from: nobody has to be looked up for that, and of many clicks on
 * one card all but the first few end here.
 */
export async function tooLate(world: World, choice: Omit<Choice, 'id' | 'reason'>): Promise<Card | null> {
  const request = await world.store.requests.get(choice.about);
  if (request === null || !(await standsOn(world, request, choice.place))) return null;
  return isOver(request, choice.kind, await world.store.now()) ? alreadyDecided(request) : null;
}

function isOver(request: AccessRequest, kind: DecisionKind, now: Date): boolean {
  return next[request.state][kind] === undefined || now >= request.deadline;
}

/** Whether the click came from a card of this request. While a card is being posted its place may not be known yet: then later. */
async function standsOn(world: World, request: AccessRequest, place: Place | null): Promise<boolean> {
  if (place === null) return true;
  const posted = await world.store.requests.posted(request.id);
  const here = posted.some((c) => c.kind === 'approval' && samePlace(c.place, place));
  if (!here && request.due === 'ask') {
    throw new Fault('not_yet', 'later', `the card of request ${request.id} is still being posted`);
  }
  return here;
}

/** Everything that is asked at the click: of the person who pressed and, for an approval, of the requester once more. */
async function findings(
  world: World,
  request: AccessRequest,
  kind: DecisionKind,
  person: DirectoryUser,
): Promise<readonly Finding[]> {
  const entitlement = world.policy.entitlements.get(request.entitlement);
  const approval = entitlement?.approval;
  if (!entitlement || !approval) {
    return [
      {
        rule: 'policy',
        ok: false,
        says: `The policy no longer has approvers for ${request.entitlement}, so nobody can decide this. Ask the admins.`,
      },
    ];
  }
  const holds = await world.directory.holds(person.oid, approval.by);
  const may = mayDecide({ person, requester: request.requester, criterion: approval.by, holds });
  if (kind !== 'approve' || may.some((f) => !f.ok)) return may;
  return [...may, ...(await requesterStill(world, request, entitlement))];
}

async function requesterStill(world: World, request: AccessRequest, entitlement: Entitlement): Promise<readonly Finding[]> {
  const cluster = world.policy.clusters.get(request.cluster);
  const requester = await world.directory.userById(request.requester.oid);
  if (cluster === undefined || requester === null) {
    return [
      {
        rule: 'requester',
        ok: false,
        says: `${request.requester.displayName} is no longer in the directory, so this can not be approved.`,
      },
    ];
  }
  const eligible = await world.directory.holds(requester.oid, entitlement.eligible);
  const sqlUser = sqlUserOf(await world.store.ledger.ofPerson(requester.oid), cluster.name, requester);
  return evaluate({ entitlement, cluster, person: requester, sqlUser, eligible }).findings.map((f) =>
    f.ok ? f : { ...f, says: `${request.requester.displayName} no longer qualifies: ${f.says}` },
  );
}
