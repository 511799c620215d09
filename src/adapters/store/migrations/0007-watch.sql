-- What the watch over clusters and signing keys remembers: whether it is paused, whose turn it was, what was found, what is published.

-- One row, or none: it runs.
CREATE TABLE IF NOT EXISTS watch_paused (
  one boolean NOT NULL DEFAULT true,
  paused_at timestamptz NOT NULL DEFAULT now(),
  paused_by text NOT NULL,
  PRIMARY KEY (one)
);

CREATE TABLE IF NOT EXISTS watch_turns (
  name text NOT NULL,
  turned_at timestamptz NOT NULL,
  PRIMARY KEY (name)
);

CREATE TABLE IF NOT EXISTS watch_seen (
  cluster_name text NOT NULL,
  verdict text NOT NULL,
  verdict_since timestamptz NOT NULL,
  checked_at timestamptz NOT NULL,
  last_healthy timestamptz,
  PRIMARY KEY (cluster_name)
);

-- By the version of tokens.
CREATE TABLE IF NOT EXISTS watch_issuers (
  token_version text NOT NULL,
  issuer text NOT NULL,
  jwks_uri text NOT NULL,
  read_at timestamptz NOT NULL,
  PRIMARY KEY (token_version)
);

CREATE TABLE IF NOT EXISTS watch_keys (
  issuer text NOT NULL,
  kid text NOT NULL,
  jwk jsonb NOT NULL,
  first_seen timestamptz NOT NULL,
  gone_since timestamptz,
  PRIMARY KEY (issuer, kid)
);

CREATE TABLE IF NOT EXISTS watch_notes (
  name text NOT NULL,
  kept_at timestamptz NOT NULL,
  says jsonb NOT NULL,
  PRIMARY KEY (name)
);
