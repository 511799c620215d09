import { h, type JSX } from 'preact';
import { useContext } from 'preact/hooks';
import type { AuditNow } from '../feed.ts';
import { News, useFlash } from './flash.ts';
import { When } from './when.ts';

export function Audit(p: { readonly audit: readonly AuditNow[]; readonly fault: string | null }): JSX.Element {
  const newest = p.audit[0];
  // Whoever can't see what is marked as new hears the last of it.
  const said = useContext(News) && newest !== undefined ? `Audit: ${newest.event}, ${newest.by ?? 'the bot'}` : '';
  return h(
    'section',
    { class: 'audit', 'aria-labelledby': 'audit-title' },
    h('header', null, h('h2', { id: 'audit-title' }, 'Audit'), h('span', { class: 'note' }, 'newest first')),
    h('p', { class: 'unseen', role: 'status' }, said),
    p.fault === null ? null : h('p', { class: 'warning' }, `The bot’s store can’t be read: ${p.fault}`),
    p.audit.length === 0 ? h('p', { class: 'note' }, 'Nothing has happened yet.') : null,
    h(
      'ol',
      { class: 'rows' },
      p.audit.map((line) => h(Line, { key: line.id, line })),
    ),
  );
}

function Line(p: { readonly line: AuditNow }): JSX.Element {
  const { at, event, request, by, details } = p.line;
  const ref = useFlash<HTMLLIElement>('there');
  return h(
    'li',
    { ref },
    h(
      'details',
      null,
      h(
        'summary',
        null,
        h('span', { class: 'at' }, h(When, { at, exact: true })),
        h(
          'span',
          { class: 'what' },
          h('code', { class: 'strong' }, event),
          h('span', { class: 'note' }, by ?? 'the bot'),
          gist(details),
        ),
      ),
      h('pre', null, JSON.stringify({ ...(request === null ? {} : { request }), ...details }, null, 2)),
    ),
  );
}

/** What tells one line from another, as far as a line has it; the rest is in its details. */
const telling = ['setting', 'entitlement', 'reason', 'sqlUsername', 'upn', 'state', 'after'];
const longest = 60;

function gist(details: AuditNow['details']): JSX.Element | null {
  const short = telling.flatMap((key) => {
    const value = details[key];
    return typeof value === 'string' && value !== '' && value.length <= longest ? [value] : [];
  });
  return short.length === 0 ? null : h('span', { class: 'gist' }, short.join(' · '));
}
