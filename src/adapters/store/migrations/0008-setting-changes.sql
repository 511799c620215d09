-- Changes of cluster settings that an admin asked for: each setting before and after, byte for byte, and who said so.

CREATE TABLE IF NOT EXISTS setting_changes (
  id text NOT NULL,
  version bigint NOT NULL,
  state text NOT NULL,
  kind text NOT NULL,
  cluster_name text NOT NULL,
  steps jsonb NOT NULL,
  effect jsonb NOT NULL,
  asked_by jsonb,
  filed_by text,
  filed_at timestamptz NOT NULL,
  deadline timestamptz NOT NULL,
  needs bigint NOT NULL,
  confirmed jsonb NOT NULL,
  declined jsonb,
  says text,
  posted jsonb,
  applied_at timestamptz,
  due_at timestamptz NOT NULL,
  attempts bigint NOT NULL DEFAULT 0,
  lease_holder text,
  lease_until timestamptz,
  error text,
  PRIMARY KEY (id)
);

CREATE UNIQUE INDEX IF NOT EXISTS setting_changes_one_open ON setting_changes (cluster_name) WHERE state = 'open';

CREATE INDEX IF NOT EXISTS setting_changes_applied ON setting_changes (cluster_name, applied_at) WHERE state = 'applied';
