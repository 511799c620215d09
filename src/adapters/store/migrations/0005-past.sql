-- What keeps a sweep and a look at the states as quick with a million past requests as with none.

-- The least that any approval card of the request shows; NULL: it has none. A card is behind while this is less than `seen`, and both
-- stand in one row, so that an index can hold just those. Saves move `seen` alone, posted cards move `shown` alone: neither can
-- overlook the other.
ALTER TABLE requests ADD COLUMN IF NOT EXISTS shown bigint;

-- For requests from before: those that can still change, and those whose cards are behind. What is over and shown stays as it is.
UPDATE requests SET shown = least_shown.shows
FROM (SELECT request_id, min(shows) AS shows FROM places WHERE kind = 'approval' GROUP BY request_id) AS least_shown
WHERE least_shown.request_id = requests.id AND requests.shown IS NULL
  AND (least_shown.shows < requests.seen OR requests.state IN ('new', 'pending', 'approved', 'granted', 'revoking'));

CREATE INDEX IF NOT EXISTS requests_behind ON requests (submitted_at) WHERE shown < seen;

CREATE INDEX IF NOT EXISTS requests_in_state ON requests (state) WHERE state IN ('new', 'pending', 'approved', 'granted', 'revoking');

-- What a person holds, without going through all that the person ever asked for.
CREATE INDEX IF NOT EXISTS requests_held ON requests (requester_oid, cluster_name) WHERE state = 'granted';
