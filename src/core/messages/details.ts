import type { Ability } from '../cluster/cluster.ts';
import type { AuditLine } from '../ports.ts';
import { word } from '../request/lifecycle.ts';
import type { AccessRequest } from '../request/request.ts';
import { abilityLines } from './abilities.ts';
import type { Block, Text } from './card.ts';
import { decidedBy } from './decided.ts';
import type { Form } from './form.ts';
import { pastText } from './request-lines.ts';

/** How much of each part is shown. */
const most = { abilities: 30, earlier: 10, steps: 20 };

/** What an audit line of a request is called here; any other by its own name. */
const happened: Readonly<Record<string, string>> = {
  'request.submit_for_approval': 'Asked',
  'request.submit_allowed': 'Asked, and allowed by policy',
  'request.submit_refused': 'Asked, and refused by policy',
  'request.asked': 'The approvers were asked',
  'request.approve': 'Approved',
  'request.deny': 'Denied',
  'request.cancel': 'Canceled by the requester',
  'request.time_out': 'Nobody decided in time',
  'request.provisioned': 'Granted, and read back',
  'request.delivered': 'The login command was sent',
  'request.told': 'The requester was told',
  'request.waits': 'Could not go on yet',
  'request.give_up': 'Given up',
};

/** What the cluster says, once it has answered. */
export interface OnCluster {
  readonly abilities: readonly Ability[] | null;
  /** The SQL roles of the requester's SQL user there; null: it can't be seen. */
  readonly roles: readonly string[] | 'no such user' | null;
}

/**
 * Everything about a request that is for its approvers, its requester and the admins.
 *
 * @param cluster null: it has not answered yet
 */
export function details(
  request: AccessRequest,
  earlier: readonly AccessRequest[],
  steps: readonly AuditLine[],
  cluster: OnCluster | null,
): Form {
  return {
    id: 'details',
    title: `Request ${request.id}`,
    blocks: [
      { kind: 'facts', facts: facts(request) },
      reason(request),
      heading('What the policy found'),
      { kind: 'facts', facts: request.findings.map((f) => ({ label: f.ok ? 'ok' : 'against', text: [f.says] })) },
      ...onCluster(request, cluster),
      heading('Earlier requests of this person'),
      earlier.length === 0
        ? { kind: 'note', text: ['None.'] }
        : {
            kind: 'facts',
            facts: earlier.slice(0, most.earlier).map((one) => ({ label: one.entitlement, text: pastText(one) })),
          },
      ...denial(request),
      heading('What happened'),
      {
        kind: 'facts',
        facts: steps
          .slice(-most.steps)
          .map((line) => ({ label: happened[line.event] ?? line.event, text: [{ at: line.at, style: 'date' as const }] })),
      },
      { kind: 'note', text: [`Policy ${request.policyHash.slice(0, 12)}. The audit has all of it.`] },
    ],
    fields: [],
    submit: null,
    about: request.id,
  };
}

function facts(request: AccessRequest): { label: string; text: Text }[] {
  const { requester, evidence } = request;
  return [
    { label: 'Who', text: [{ strong: requester.displayName }, ' · ', { code: requester.upn }] },
    { label: 'Object id', text: [{ code: requester.oid }] },
    {
      label: 'Asks for',
      text: [{ strong: request.entitlement }, ` · ${request.title} · on ${request.cluster}, database ${request.database}`],
    },
    { label: 'Roles', text: [{ code: request.roles.join(', ') }] },
    { label: 'SQL user', text: [{ code: request.sqlUsername }] },
    { label: 'Asked', text: [{ at: request.submittedAt, style: 'date' }] },
    { label: 'State', text: [word[request.state], ...decided(request)] },
    ...(evidence === null
      ? []
      : [
          { label: 'Held when asked', text: [evidence.holds] },
          { label: 'Before', text: [evidence.earlier] },
        ]),
  ];
}

function decided(request: AccessRequest): Text {
  const by = decidedBy(request);
  return by.length === 0 ? [] : [' · ', ...by];
}

function reason({ reason: text }: AccessRequest): Block {
  return text === '' ? { kind: 'note', text: ['No reason was given.'] } : { kind: 'quote', label: 'Because', text };
}

function denial({ decision }: AccessRequest): Block[] {
  return decision?.reason ? [{ kind: 'quote', label: `Reason of ${decision.by.displayName}`, text: decision.reason }] : [];
}

function onCluster(request: AccessRequest, cluster: OnCluster | null): Block[] {
  const head = heading(`What it lets somebody do in ${request.database}`);
  if (cluster === null) return [head, { kind: 'note', text: [`${request.cluster} is being asked.`] }];
  return [head, ...able(request, cluster.abilities), ...holds(request, cluster.roles)];
}

function able(request: AccessRequest, abilities: readonly Ability[] | null): Block[] {
  if (abilities === null)
    return [{ kind: 'note', text: [`I can't see it: ${request.cluster} did not answer, or does not show it to me.`] }];
  if (abilities.length === 0) return [{ kind: 'note', text: ['Nothing that I can see.'] }];
  const { lines, more } = abilityLines(abilities, most.abilities);
  return [
    { kind: 'facts', facts: lines.map((line) => ({ label: line.on, text: [line.privileges] })) },
    ...(more > 0 ? [{ kind: 'note' as const, text: [`And ${more} more things.`] }] : []),
  ];
}

function holds(request: AccessRequest, roles: OnCluster['roles']): Block[] {
  const now =
    roles === null ? "I can't see them" : roles === 'no such user' ? 'there is no such SQL user yet' : roles.join(', ') || 'none';
  return [{ kind: 'facts', facts: [{ label: `Roles of ${request.sqlUsername} on ${request.cluster} now`, text: [now] }] }];
}

const heading = (text: string): Block => ({ kind: 'text', text: [{ strong: text }] });
