/** Requests and interactions to test with: complete, and different each time. */

import { randomBytes } from 'node:crypto';
import type { AuditEntry, NewRequest, PressedButton, TypedCommand } from '../../src/core/ports.ts';
import type { AccessRequest, Decision } from '../../src/core/request/request.ts';

export const unique = (prefix: string): string => `${prefix}${randomBytes(5).toString('hex')}`;

/** So that the due work of a sample is due whatever the database's clock says. */
export const longAgo = new Date('2026-01-01T00:00:00Z');

export const inAnHour = (): Date => new Date(Date.now() + 3_600_000);

export function newRequest(over: Partial<NewRequest> = {}): NewRequest {
  return {
    id: randomBytes(4).toString('hex').toUpperCase(),
    state: 'pending',
    requester: { oid: unique('oid-'), upn: 'alice@contoso.com', displayName: 'Alice Park' },
    door: { platform: 'chat', team: 'T1', user: 'U0ALICE' },
    reply: 'opaque',
    entitlement: 'analytics',
    title: 'Read analytics',
    cluster: 'prod',
    database: 'analytics',
    roles: ['analytics_reader'],
    reason: 'a "quoted" reason; DROP TABLE requests -- 🙂',
    sqlUsername: 'alice',
    evidence: null,
    findings: [{ rule: 'eligible', ok: true, says: 'holds Crdb.Request' }],
    policyHash: 'abc',
    submittedAt: new Date('2026-11-24T14:00:00.123Z'),
    deadline: inAnHour(),
    due: 'ask',
    dueAt: longAgo,
    ...over,
  };
}

export function command(over: Partial<TypedCommand> = {}): TypedCommand {
  return {
    kind: 'command',
    key: unique('key-'),
    door: { platform: 'chat', team: 'T1', user: 'U0ALICE' },
    reply: 'opaque',
    text: 'request analytics',
    ...over,
  };
}

export function press(over: Partial<PressedButton> = {}): PressedButton {
  const place = { platform: 'chat', channel: 'C0APPROVERS', message: '17.42' };
  const door = { platform: 'chat', team: 'T1', user: 'U0BOB' };
  return { kind: 'press', key: unique('key-'), door, reply: 'opaque', button: 'approve', about: 'ABCD2345', place, ...over };
}

export const audit = (event: string, requestId: string | null = null): AuditEntry => ({
  event,
  requestId,
  actor: null,
  details: { n: 1 },
});

export function decision(kind: Decision['kind'] = 'approve'): Decision {
  return {
    kind,
    by: { oid: 'oid-bob', upn: 'bob@contoso.com', displayName: 'Bob Ito' },
    at: new Date('2026-11-24T14:03:00.456Z'),
  };
}

/** A pending request as it becomes when it is approved. */
export const approved = (request: AccessRequest): AccessRequest => ({
  ...request,
  state: 'approved',
  decision: decision(),
  due: 'provision',
  dueAt: longAgo,
});
