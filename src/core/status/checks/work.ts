import type { Check } from '../../cluster/report.ts';
import { span } from '../../messages/span.ts';
import { word } from '../../request/lifecycle.ts';
import type { AccessRequest } from '../../request/request.ts';
import type { Facts } from '../facts.ts';
import { check, count, type Look, unknown } from './check.ts';

/** What time alone does not mend: an admin was told, and the request waits for them. */
const forAdmins = /^(?:settings_blocked|login_refused|[a-z]+_refused)/;
/** Whatever is tried again for longer than this is said to be stuck. */
const stuckSeconds = 15 * 60;
/** How many requests are named. */
const most = 5;

/** What the bot still has to do on this cluster, and what keeps it. */
export const work: Look = (facts) => {
  if ('silent' in facts.underWay) return [unknown('work', facts.underWay.silent, 'What the bot still has to do')];
  const all = facts.underWay.is;
  if (all.length === 0) return [check('work', 'ok', 'Nothing waits.')];
  const held = all.filter((request) => isHeld(request, facts.now));
  const rest = all.length - held.length;
  return [
    ...held.slice(0, most).map((request) => said(request, facts)),
    ...(held.length > most ? [check('work', 'attention', `And ${held.length - most} more requests wait.`)] : []),
    ...(rest === 0 ? [] : [check('work', 'note', `${count(rest, 'request')} ${rest === 1 ? 'is' : 'are'} being worked on.`)]),
  ];
};

function isHeld({ waiting, dueAt, due }: AccessRequest, now: Date): boolean {
  const since = (at: Date): number => (now.getTime() - at.getTime()) / 1000;
  if (waiting === null) return due !== null && since(dueAt) > stuckSeconds;
  return forAdmins.test(waiting.code) || since(waiting.since) > stuckSeconds;
}

function said({ id, state, requester, entitlement, waiting, dueAt }: AccessRequest, { now }: Facts): Check {
  const since = span(waiting?.since ?? dueAt, now);
  const what = `Request ${id} (${entitlement} for ${requester.upn}) is ${word[state]} and has waited for ${since}`;
  if (waiting === null)
    return check('work', 'attention', `${what}: nobody has worked it.`, {
      next: 'Whoever runs the bot looks at its log and at /readyz.',
    });
  return check('work', 'attention', `${what} for: ${short(waiting.says)}`, {
    next: forAdmins.test(waiting.code)
      ? 'An admin mends that; the request goes on by itself then.'
      : 'It is tried again by itself. If what it waits for is there, whoever runs the bot looks at its log.',
  });
}

const short = (text: string): string => (text.length <= 400 ? text : `${text.slice(0, 400)}…`);
