-- On PostgreSQL 13 and newer, instead of store.sql; store-owner.sql and store-grants.sql are the same. As a superuser, once; then
-- \password for each of the two users.

CREATE ROLE crdb_access_owner LOGIN;
CREATE ROLE crdb_access_store LOGIN;
CREATE DATABASE crdb_access OWNER crdb_access_owner;
REVOKE ALL ON DATABASE crdb_access FROM PUBLIC;
GRANT CONNECT, CREATE ON DATABASE crdb_access TO crdb_access_owner;
GRANT CONNECT ON DATABASE crdb_access TO crdb_access_store;

-- Only without QUEUE_URL: the queue then makes a schema of its own beside the tables.
GRANT CREATE ON DATABASE crdb_access TO crdb_access_store;
