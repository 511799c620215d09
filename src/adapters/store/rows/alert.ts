import type { Card } from '../../../core/messages/card.ts';
import type { UnsentAlert } from '../../../core/ports.ts';
import type { Row } from '../database.ts';
import { type Fields, reader } from './reader.ts';

export function alertOf(row: Row): UnsentAlert {
  const r = reader('alerts', row.alert_key, row);
  const card = r.object('card');
  card.list('title', (run) => run);
  r.object('stands_on');
  card.list('blocks', (item, inside) => inside(item).text('kind'));
  return {
    key: r.text('alert_key'),
    requestId: r.textOrNull('request_id'),
    card: datesAgain(row.card) as Card,
    attempts: r.count('attempts'),
    standsOn: Object.keys(row.stands_on as Fields),
  };
}

/** JSON has no dates: a run `{ at, style }` of a card gets its Date back. */
function datesAgain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(datesAgain);
  if (typeof value !== 'object' || value === null) return value;
  const fields = value as Fields;
  if (typeof fields.at === 'string' && typeof fields.style === 'string') return { ...fields, at: new Date(fields.at) };
  return Object.fromEntries(Object.entries(fields).map(([name, v]) => [name, datesAgain(v)]));
}
