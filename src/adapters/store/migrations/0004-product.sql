-- What the whole product keeps beside the lifecycle: evidence for approvers, adopted SQL users, proposals; and the indexes that keep
-- a person's list and what waits as fast with a million past requests as with none.

ALTER TABLE requests ADD COLUMN IF NOT EXISTS evidence jsonb;

ALTER TABLE ledger ADD COLUMN IF NOT EXISTS adopted boolean NOT NULL DEFAULT false;

CREATE INDEX IF NOT EXISTS requests_by_person ON requests (requester_oid, submitted_at DESC);

CREATE INDEX IF NOT EXISTS requests_pending ON requests (submitted_at) WHERE state = 'pending';

CREATE INDEX IF NOT EXISTS audit_by_time ON audit (written_at);

CREATE TABLE IF NOT EXISTS proposals (
  id text NOT NULL,
  version bigint NOT NULL,
  state text NOT NULL,
  cluster_name text NOT NULL,
  sql_username text NOT NULL,
  user_exists boolean NOT NULL,
  person_oid text NOT NULL,
  person_upn text NOT NULL,
  person_name text NOT NULL,
  filed_by text NOT NULL,
  filed_at timestamptz NOT NULL,
  deadline timestamptz NOT NULL,
  confirmed jsonb NOT NULL,
  declined jsonb,
  findings jsonb NOT NULL,
  posted jsonb,
  applied_at timestamptz,
  due_at timestamptz NOT NULL DEFAULT now(),
  attempts bigint NOT NULL DEFAULT 0,
  lease_holder text,
  lease_until timestamptz,
  error text,
  PRIMARY KEY (id)
);

CREATE UNIQUE INDEX IF NOT EXISTS proposals_one_user ON proposals (cluster_name, sql_username) WHERE state = 'open';

CREATE UNIQUE INDEX IF NOT EXISTS proposals_one_person ON proposals (cluster_name, person_oid) WHERE state = 'open';
