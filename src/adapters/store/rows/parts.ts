/** What stands inside rows of several tables. */

import type { Word } from '../../../core/ports.ts';
import type { Door, Finding, Person, Place } from '../../../core/request/request.ts';
import type { Reader } from './reader.ts';

/** Of a list of texts. */
export const textItem = (item: unknown): string | undefined => (typeof item === 'string' ? item : undefined);

export const findingOf = (r: Reader): Finding => ({ rule: r.text('rule'), ok: r.yes('ok'), says: r.text('says') });

export const personOf = (r: Reader): Person => ({ oid: r.text('oid'), upn: r.text('upn'), displayName: r.text('displayName') });

export const placeOf = (r: Reader): Place => ({
  platform: r.text('platform'),
  channel: r.text('channel'),
  message: r.text('message'),
});

export const doorOf = (r: Reader): Door => ({ platform: r.text('platform'), team: r.text('team'), user: r.text('user') });

const wordOf = (r: Reader): Word => ({ by: personOf(r.object('by')), at: r.date('at') });

/** What two admins decide of: who confirmed, who declined, and where its card stands and what it shows. */
export function decidedOf(r: Reader): {
  readonly confirmed: readonly Word[];
  readonly declined: Word | null;
  readonly posted: { readonly places: readonly Place[]; readonly shows: number } | null;
} {
  const declined = r.objectOrNull('declined');
  const posted = r.objectOrNull('posted');
  return {
    confirmed: r.list('confirmed', (item, inside) => wordOf(inside(item))),
    declined: declined === null ? null : wordOf(declined),
    posted: posted === null ? null : { places: placesOf(posted), shows: posted.count('shows') },
  };
}

/** Before there could be several, there was one `place`. */
const placesOf = (posted: Reader): readonly Place[] => {
  const one = posted.objectOrNull('place');
  return one === null ? posted.list('places', (item, inside) => placeOf(inside(item))) : [placeOf(one)];
};
