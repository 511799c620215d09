import type { ConnectCommand } from './access-ready.ts';
import type { ClusterPolicy } from '../policy/policy.ts';

/**
 * The command that logs a person in. The token is fetched by the person's own shell and stands only in PGPASSWORD of this one
 * command: never in an argument, a URL, the history or a chat (CockroachDB docs, "sso-sql"; `cockroach sql` honours PGPASSWORD).
 * Without an Azure subscription `az login` needs `--allow-no-subscriptions` (Azure CLI docs, "az login").
 *
 * @param sqlUser a checked SQL username: lower-case letters, digits, `_ - .`
 */
export function connectCommand(tenantId: string, cluster: ClusterPolicy, database: string, sqlUser: string): ConnectCommand {
  const tenant = word(tenantId);
  const scope = word(cluster.api.scope);
  const ca = cluster.caPath === null ? '' : `&sslrootcert=${urlPath(cluster.caPath)}`;
  const url =
    `postgresql://${encodeURIComponent(sqlUser)}@${cluster.host}:${cluster.port}/${encode(database)}` +
    `?sslmode=verify-full${ca}&options=--crdb:jwt_auth_enabled=true`;
  return {
    bash:
      `PGPASSWORD="$(az account get-access-token --tenant ${tenant} --scope ${scope} --query accessToken -o tsv)" \\\n` +
      `  cockroach sql --url "${url}"`,
    firstTime: `az login --tenant ${tenant} --allow-no-subscriptions --scope ${scope}`,
    caPath: cluster.caPath,
  };
}

/** A shell word: as it is while it holds nothing that a shell reads, else in single quotes. */
function word(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** A path inside a URL inside double quotes: only a leading `$HOME` (or `~`) is left for the shell to read. */
function urlPath(path: string): string {
  const home = /^(?:\$HOME|\$\{HOME\}|~)(?=\/|$)/.exec(path);
  const rest = home === null ? path : path.slice(home[0].length);
  return (home === null ? '' : '$HOME') + rest.split('/').map(encode).join('/');
}

/** Percent-encoded, `!` too: an interactive shell would read it as a history reference even inside double quotes. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll('!', '%21');
}
