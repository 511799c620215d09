import type { Interaction, StoredInteraction } from '../../../core/ports.ts';
import { buttonIds, formIds } from '../../../core/request/buttons.ts';
import type { Place } from '../../../core/request/request.ts';
import type { Row } from '../database.ts';
import { doorOf, placeOf } from './parts.ts';
import { type Reader, reader } from './reader.ts';

const placeOrNull = (r: Reader): Place | null => {
  const place = r.objectOrNull('place');
  return place === null ? null : placeOf(place);
};

const incoming = (r: Reader) => ({ key: r.text('key'), door: doorOf(r.object('door')), reply: r.text('reply') });

const bodies: { readonly [K in Interaction['kind']]: (r: Reader) => Interaction } = {
  command: (r) => ({ kind: 'command', ...incoming(r), text: r.text('text') }),
  press: (r) => ({
    kind: 'press',
    ...incoming(r),
    button: r.oneOf('button', buttonIds),
    // Before 0.2 it was called by what it was about then.
    about: r.textOrNull('about') ?? r.text('requestId'),
    place: placeOrNull(r),
  }),
  submit: (r) => ({
    kind: 'submit',
    ...incoming(r),
    form: r.oneOf('form', formIds),
    about: r.text('about'),
    place: placeOrNull(r),
    values: r.texts('values'),
  }),
  home: (r) => ({ kind: 'home', ...incoming(r) }),
};

export function interactionOf(row: Row): StoredInteraction {
  const r = reader('interactions', row.id, row);
  const body = r.object('body');
  const kind = body.oneOf<Interaction['kind']>('kind', new Set(Object.keys(bodies)));
  return { ...bodies[kind](body), id: r.text('id'), receivedAt: r.date('received_at'), attempts: r.count('attempts') };
}
