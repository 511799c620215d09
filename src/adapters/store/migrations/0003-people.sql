-- Who is behind a door, whose a SQL user is, what admins are told, and what happened.

CREATE TABLE IF NOT EXISTS bindings (
  platform text NOT NULL,
  team text NOT NULL,
  user_id text NOT NULL,
  oid text NOT NULL,
  bound_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (platform, team, user_id)
);

CREATE TABLE IF NOT EXISTS ledger (
  cluster_name text NOT NULL,
  sql_username text NOT NULL,
  oid text NOT NULL,
  upn text NOT NULL,
  state text NOT NULL,
  attempted boolean NOT NULL DEFAULT false,
  claimed_at timestamptz NOT NULL DEFAULT now(),
  created_at timestamptz,
  PRIMARY KEY (cluster_name, sql_username)
);

-- A person has one SQL user on a cluster.
CREATE UNIQUE INDEX IF NOT EXISTS ledger_person ON ledger (cluster_name, oid);

CREATE TABLE IF NOT EXISTS alerts (
  alert_key text NOT NULL,
  request_id text,
  card jsonb NOT NULL,
  raised_at timestamptz NOT NULL DEFAULT now(),
  sent_at timestamptz,
  due_at timestamptz NOT NULL DEFAULT now(),
  attempts bigint NOT NULL DEFAULT 0,
  lease_holder text,
  lease_until timestamptz,
  error text,
  PRIMARY KEY (alert_key)
);

CREATE INDEX IF NOT EXISTS alerts_unsent ON alerts (due_at) WHERE sent_at IS NULL;

-- Appended to, never changed: no statement of the program updates or deletes here. An operator makes the database keep that, too:
-- see docs/decisions/0002-queue-and-store.md.
CREATE TABLE IF NOT EXISTS audit (
  id text NOT NULL,
  written_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  seq bigint NOT NULL,
  event text NOT NULL,
  request_id text,
  actor text,
  details jsonb NOT NULL,
  PRIMARY KEY (id)
);

CREATE INDEX IF NOT EXISTS audit_of_request ON audit (request_id, written_at);
