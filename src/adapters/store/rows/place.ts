import type { PostedCard } from '../../../core/ports.ts';
import type { Row } from '../database.ts';
import { placeOf } from './parts.ts';
import { reader } from './reader.ts';

export function postedOf(row: Row): PostedCard {
  const r = reader('places', row.message, row);
  return { place: placeOf(r), kind: r.oneOf('kind', ['approval', 'outcome']), shows: r.count('shows') };
}
