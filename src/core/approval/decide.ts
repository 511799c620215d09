import { Fault } from '../errors.ts';
import { foreignCard, notYours, unknownRequest } from '../messages/answers.ts';
import type { Card } from '../messages/card.ts';
import { alreadyDecided } from '../messages/decided.ts';
import { evaluate, mayDecide } from '../policy/evaluate.ts';
import type { Entitlement } from '../policy/policy.ts';
import type { DirectoryUser, PressedButton, World } from '../ports.ts';
import { due, next } from '../request/lifecycle.ts';
import type { AccessRequest, Finding, Place } from '../request/request.ts';

/**
 * A click on Approve or Deny. It counts when it comes from the card that was posted for this very request, before the deadline,
 * from somebody who may decide, and first. All of that is read now; the deadline is compared by the store's own clock in the
 * statement that saves the decision.
 *
 * @returns what to answer the person who pressed; null: the card itself says it
 * @throws Fault when the directory does not answer: nothing was decided
 */
export async function decide(
  world: World,
  click: PressedButton & { readonly id: string },
  person: DirectoryUser,
): Promise<Card | null> {
  const { requests } = world.store;
  for (let tries = 0; tries < 5; tries += 1) {
    const request = await requests.get(click.requestId);
    if (request === null) return unknownRequest(click.requestId);
    if (!(await standsOn(world, request, click.place))) return foreignCard(click.requestId);
    const state = next[request.state][click.button];
    if (state === undefined || isOver(request, click.button, await world.store.now())) return alreadyDecided(request);
    const against = await findings(world, request, click, person);
    if (against.some((f) => !f.ok)) return notYours(against);
    const at = await world.store.now();
    const decision = { kind: click.button, by: { oid: person.oid, upn: person.upn, displayName: person.displayName }, at };
    const saved = await requests.save(
      { ...request, state, due: due[state], dueAt: at, decision, waiting: null },
      {
        decision: { ...decision, interactionId: click.id },
        audit: [
          {
            event: `request.${click.button}`,
            requestId: request.id,
            actor: person.oid,
            details: { findings: against, policyHash: world.policy.hash },
          },
        ],
      },
      { beforeDeadline: true },
    );
    if (saved !== null) return null;
  }
  throw new Fault('not_yet', 'later', `request ${click.requestId} kept changing while a decision was to be saved`);
}

/**
 * What a click hears that can't count any more, whoever it came from: nobody has to be looked up for that, and of many clicks on
 * one card all but the first few end here.
 */
export async function tooLate(world: World, click: PressedButton): Promise<Card | null> {
  const request = await world.store.requests.get(click.requestId);
  if (request === null || !(await standsOn(world, request, click.place))) return null;
  return isOver(request, click.button, await world.store.now()) ? alreadyDecided(request) : null;
}

function isOver(request: AccessRequest, button: PressedButton['button'], now: Date): boolean {
  return next[request.state][button] === undefined || now >= request.deadline;
}

/** Whether the click came from a card of this request. While a card is being posted its place may not be known yet: then later. */
async function standsOn(world: World, request: AccessRequest, place: Place): Promise<boolean> {
  const posted = await world.store.requests.posted(request.id);
  const here = posted.some((c) => c.kind === 'approval' && samePlace(c.place, place));
  if (!here && request.due === 'ask') {
    throw new Fault('not_yet', 'later', `the card of request ${request.id} is still being posted`);
  }
  return here;
}

function samePlace(a: Place, b: Place): boolean {
  return a.platform === b.platform && a.channel === b.channel && a.message === b.message;
}

/** Everything that is asked at the click: of the person who pressed and, for an approval, of the requester once more. */
async function findings(
  world: World,
  request: AccessRequest,
  click: PressedButton,
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
  if (click.button !== 'approve' || may.some((f) => !f.ok)) return may;
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
  return evaluate({ entitlement, cluster, person: requester, eligible }).findings.map((f) =>
    f.ok ? f : { ...f, says: `${request.requester.displayName} no longer qualifies: ${f.says}` },
  );
}
