-- In the database crdb_access, as an admin, before the first migration: only the owner makes tables.

REVOKE CREATE ON SCHEMA public FROM public;
GRANT CREATE, USAGE ON SCHEMA public TO crdb_access_owner;
GRANT USAGE ON SCHEMA public TO crdb_access_store;
