-- What migrations themselves stand on: the lease rows that serialise them, and the list of those that ran.
-- Every statement of every migration runs by itself and may run twice; nothing here is known to PostgreSQL or CockroachDB alone.

CREATE TABLE IF NOT EXISTS leases (
  name text NOT NULL,
  holder text NOT NULL,
  held_until timestamptz NOT NULL,
  PRIMARY KEY (name)
);

CREATE TABLE IF NOT EXISTS migrations (
  number bigint NOT NULL,
  name text NOT NULL,
  checksum text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (number)
);
