-- The lifecycle: what people typed and pressed, the requests that came of it, who decided, and where cards stand.

CREATE TABLE IF NOT EXISTS interactions (
  id text NOT NULL,
  platform text NOT NULL,
  interaction_key text NOT NULL,
  body jsonb NOT NULL,
  received_at timestamptz NOT NULL DEFAULT now(),
  worked_at timestamptz,
  due_at timestamptz NOT NULL DEFAULT now(),
  attempts bigint NOT NULL DEFAULT 0,
  lease_holder text,
  lease_until timestamptz,
  error text,
  PRIMARY KEY (id)
);

CREATE UNIQUE INDEX IF NOT EXISTS interactions_key ON interactions (platform, interaction_key);

CREATE INDEX IF NOT EXISTS interactions_unworked ON interactions (due_at) WHERE worked_at IS NULL;

-- The decision stands in the row as well as in its own table: one UPDATE … RETURNING then gives a request that is whole,
-- and the table's key keeps a second decision out whatever the code does.
CREATE TABLE IF NOT EXISTS requests (
  id text NOT NULL,
  version bigint NOT NULL,
  seen bigint NOT NULL,
  interaction_id text NOT NULL,
  state text NOT NULL,
  requester_oid text NOT NULL,
  requester_upn text NOT NULL,
  requester_name text NOT NULL,
  door_platform text NOT NULL,
  door_team text NOT NULL,
  door_user text NOT NULL,
  reply text NOT NULL,
  entitlement text NOT NULL,
  title text NOT NULL,
  cluster_name text NOT NULL,
  database_name text NOT NULL,
  sql_roles jsonb NOT NULL,
  reason text NOT NULL,
  sql_username text NOT NULL,
  findings jsonb NOT NULL,
  policy_hash text NOT NULL,
  submitted_at timestamptz NOT NULL,
  deadline timestamptz NOT NULL,
  decision jsonb,
  granted_at timestamptz,
  waiting jsonb,
  due text,
  due_at timestamptz NOT NULL,
  attempts bigint NOT NULL DEFAULT 0,
  lease_holder text,
  lease_until timestamptz,
  PRIMARY KEY (id)
);

CREATE UNIQUE INDEX IF NOT EXISTS requests_interaction ON requests (interaction_id);

-- The states are those of `open` in core/request/lifecycle.ts; a test compares the two.
CREATE UNIQUE INDEX IF NOT EXISTS requests_one_open ON requests (requester_oid, entitlement) WHERE state IN ('pending', 'approved', 'revoking');

CREATE INDEX IF NOT EXISTS requests_of_person ON requests (requester_oid, entitlement, granted_at);

CREATE INDEX IF NOT EXISTS requests_due ON requests (due_at) WHERE due IS NOT NULL;

CREATE TABLE IF NOT EXISTS decisions (
  request_id text NOT NULL REFERENCES requests (id),
  kind text NOT NULL,
  by_oid text NOT NULL,
  by_upn text NOT NULL,
  by_name text NOT NULL,
  decided_at timestamptz NOT NULL,
  reason text,
  interaction_id text NOT NULL,
  policy_hash text NOT NULL,
  PRIMARY KEY (request_id)
);

CREATE TABLE IF NOT EXISTS places (
  platform text NOT NULL,
  channel text NOT NULL,
  message text NOT NULL,
  request_id text NOT NULL REFERENCES requests (id),
  kind text NOT NULL,
  shows bigint NOT NULL,
  posted_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (platform, channel, message)
);

CREATE INDEX IF NOT EXISTS places_of_request ON places (request_id);
