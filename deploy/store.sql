-- The bot's own database. As an admin; safe to run twice. Two SQL users, so that the bot can change its tables' rows and not the tables.

CREATE DATABASE IF NOT EXISTS crdb_access;
CREATE USER IF NOT EXISTS crdb_access_owner;
CREATE USER IF NOT EXISTS crdb_access_store;
