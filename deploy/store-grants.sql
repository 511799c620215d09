-- In the database crdb_access, as an admin or the owner, after each migration: what the bot may do with its tables.

GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE
  interactions, requests, decisions, places, bindings, ledger, leases, alerts, proposals, setting_changes,
  watch_paused, watch_turns, watch_seen, watch_issuers, watch_keys, watch_notes TO crdb_access_store;

-- What ran is read, what happened is read and added to; nobody but the owner changes or deletes either.
GRANT SELECT ON TABLE migrations TO crdb_access_store;
GRANT SELECT, INSERT ON TABLE audit TO crdb_access_store;
