-- The bot's SQL users on a cluster that people get access to. As an admin; safe to run twice. CockroachDB 23.2 and newer.

-- Creates people's SQL users, grants and revokes roles, reads the JWT settings. It can grant every role but admin and its members.
CREATE USER IF NOT EXISTS crdb_access;
ALTER USER crdb_access WITH CREATEROLE CREATELOGIN;
GRANT SYSTEM VIEWCLUSTERSETTING TO crdb_access;

-- Sets the JWT settings and the identity map. Whoever may do that can become any SQL user: a second user, whose URL only the bot
-- has. Leave it out, and settings_credential with it, to be handed the SQL instead of having it run.
CREATE USER IF NOT EXISTS crdb_access_settings;
GRANT SYSTEM MODIFYCLUSTERSETTING TO crdb_access_settings;
