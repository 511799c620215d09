/** Where cards stand, and what each shows. */

import type { PostedCard, Requests } from '../../core/ports.ts';
import type { Database, Sql } from './database.ts';
import { postedOf } from './rows/place.ts';
import { textOf } from './rows/reader.ts';

const keepPlace = `-- Keep where a card stands and what it shows; never let it show less.
  INSERT INTO places (platform, channel, message, request_id, kind, shows) VALUES ($1, $2, $3, $4, $5, $6)
  ON CONFLICT (platform, channel, message) DO UPDATE SET shows = excluded.shows
  WHERE places.shows < excluded.shows AND places.request_id = excluded.request_id`;

const placesOfRequest = `-- The cards of a request.
  SELECT platform, channel, message, kind, shows FROM places WHERE request_id = $1 ORDER BY posted_at, message`;

// A card that another process keeps at this moment must not be overlooked when the least is found: the row is taken first.
const takeRequest = `-- Take the row of a request until the transaction ends.
  UPDATE requests SET shown = shown WHERE id = $1`;

const keepLeast = `-- What the request's approval cards show at the least.
  UPDATE requests SET shown = (SELECT min(shows) FROM places WHERE request_id = $1 AND kind = 'approval') WHERE id = $1`;

// The inner limit lets the index that holds just these give them in its order, however many requests are past.
const stalePlaces = `-- Approval cards that show less than their request's last visible change, longest standing requests first.
  SELECT places.platform, places.channel, places.message, places.kind, places.shows, places.request_id
  FROM (SELECT id, seen, submitted_at FROM requests WHERE shown < seen ORDER BY submitted_at LIMIT $1) AS behind
  JOIN places ON places.request_id = behind.id
  WHERE places.kind = 'approval' AND places.shows < behind.seen
  ORDER BY behind.submitted_at, places.posted_at LIMIT $1`;

const stalePlacesOfRequest = `-- Approval cards of one request that show less than its last visible change, longest standing first.
  SELECT places.platform, places.channel, places.message, places.kind, places.shows, places.request_id
  FROM places JOIN requests ON requests.id = places.request_id
  WHERE places.request_id = $2 AND places.kind = 'approval' AND places.shows < requests.seen
  ORDER BY places.posted_at LIMIT $1`;

/** Keeps a card's place, with the transaction that `sql` belongs to. */
export async function keepCard(sql: Sql, requestId: string, card: PostedCard): Promise<void> {
  const { platform, channel, message } = card.place;
  const isApproval = card.kind === 'approval';
  if (isApproval) await sql(takeRequest, [requestId]);
  await sql(keepPlace, [platform, channel, message, requestId, card.kind, card.shows]);
  if (isApproval) await sql(keepLeast, [requestId]);
}

export function placesOf(db: Database): Pick<Requests, 'posted' | 'stalePosted' | 'showed'> {
  return {
    posted: async (requestId) => (await db.sql(placesOfRequest, [requestId])).map(postedOf),
    stalePosted: async (limit, requestId) =>
      (await (requestId === undefined ? db.sql(stalePlaces, [limit]) : db.sql(stalePlacesOfRequest, [limit, requestId]))).map(
        (row) => ({
          requestId: textOf('places', row, 'request_id'),
          card: postedOf(row),
        }),
      ),
    showed: (requestId, card) => db.transaction((sql) => keepCard(sql, requestId, card)),
  };
}
