/** Where cards stand, and what each shows. */

import type { PostedCard, Requests } from '../../core/ports.ts';
import type { Database, Sql } from './database.ts';
import { postedOf, textOf } from './rows.ts';

const keepPlace = `-- Keep where a card stands and what it shows; never let it show less.
  INSERT INTO places (platform, channel, message, request_id, kind, shows) VALUES ($1, $2, $3, $4, $5, $6)
  ON CONFLICT (platform, channel, message) DO UPDATE SET shows = excluded.shows
  WHERE places.shows < excluded.shows AND places.request_id = excluded.request_id`;

const placesOfRequest = `-- The cards of a request.
  SELECT platform, channel, message, kind, shows FROM places WHERE request_id = $1 ORDER BY posted_at, message`;

const stalePlaces = `-- Approval cards that show less than their request's last visible change, longest standing first.
  SELECT places.platform, places.channel, places.message, places.kind, places.shows, places.request_id
  FROM places JOIN requests ON requests.id = places.request_id
  WHERE places.kind = 'approval' AND places.shows < requests.seen AND ($2::text IS NULL OR places.request_id = $2)
  ORDER BY places.posted_at LIMIT $1`;

/** Keeps a card's place, with the transaction that `sql` belongs to. */
export async function keepCard(sql: Sql, requestId: string, card: PostedCard): Promise<void> {
  const { platform, channel, message } = card.place;
  await sql(keepPlace, [platform, channel, message, requestId, card.kind, card.shows]);
}

export function placesOf(db: Database): Pick<Requests, 'posted' | 'stalePosted' | 'showed'> {
  return {
    posted: async (requestId) => (await db.sql(placesOfRequest, [requestId])).map(postedOf),
    stalePosted: async (limit, requestId) =>
      (await db.sql(stalePlaces, [limit, requestId ?? null])).map((row) => ({
        requestId: textOf('places', row, 'request_id'),
        card: postedOf(row),
      })),
    showed: (requestId, card) => keepCard(db.sql, requestId, card),
  };
}
