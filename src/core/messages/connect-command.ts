import type { ClusterPolicy } from '../policy/policy.ts';
import { powershellWord, shellPath, shellWord, urlHost, urlPart, windowsPath } from './quoting.ts';

/** What a person runs to log in, in whatever they use. */
export interface ConnectCommand {
  /** `cockroach sql` in bash or zsh. */
  readonly bash: string;
  /** `cockroach sql` in PowerShell. */
  readonly powershell: string;
  /** `psql` in bash or zsh. */
  readonly psql: string;
  /** For clients that take a connection string. The password is the token, and is not in it. */
  readonly url: string;
  /** Prints a token, to be used as the password of such a client. */
  readonly token: string;
  readonly firstTime: string;
  /** The CA certificate that the commands expect, null for a public CA. */
  readonly caPath: string | null;
}

/** CockroachDB takes a token as the password of a connection that says so in its `options` (CockroachDB docs, "sso-sql"). */
const tokenOption = '--crdb:jwt_auth_enabled=true';

/**
 * The commands that log a person in. The token is fetched by the person's own shell and stands only in PGPASSWORD of this one
 * command: never in an argument, a URL, the history or a chat (CockroachDB docs, "sso-sql"; `cockroach sql` and libpq honour
 * PGPASSWORD). Without an Azure subscription `az login` needs `--allow-no-subscriptions` (Azure CLI docs, "az login").
 *
 * @param sqlUser a checked SQL username: lower-case letters, digits, `_ - .`
 */
export function connectCommand(tenantId: string, cluster: ClusterPolicy, database: string, sqlUser: string): ConnectCommand {
  const { caPath } = cluster;
  const server = `postgresql://${urlPart(sqlUser)}@${urlHost(cluster.host)}:${cluster.port}/${urlPart(database)}?sslmode=verify-full`;
  const ca = (path: string): string => (path === '' ? '' : `&sslrootcert=${path}`);
  const inShell = ca(caPath === null ? '' : shellPath(caPath));
  const tokenIn = (word: (text: string) => string): string =>
    `az account get-access-token --tenant ${word(tenantId)} --scope ${word(cluster.api.scope)} --query accessToken -o tsv`;
  const url = `${server}${inShell}&options=${tokenOption}`;
  return {
    bash: `PGPASSWORD="$(${tokenIn(shellWord)})" \\\n  cockroach sql --url "${url}"`,
    powershell: powershell(tokenIn(powershellWord), `${server}${ca(caPath === null ? '' : windowsPath(caPath))}`),
    psql: `${publicCa(caPath)}PGPASSWORD="$(${tokenIn(shellWord)})" \\\n  psql "${server}${inShell}&options=${urlPart(tokenOption)}"`,
    url: `${server}${ca(caPath?.startsWith('/') ? caPath.split('/').map(urlPart).join('/') : '')}&options=${urlPart(tokenOption)}`,
    token: tokenIn(shellWord),
    firstTime: `az login --tenant ${shellWord(tenantId)} --allow-no-subscriptions --scope ${shellWord(cluster.api.scope)}`,
    caPath,
  };
}

/**
 * One statement, or what is pasted behind `cockroach` would be read by it instead of by PowerShell. A variable of the environment can
 * not be set for one command alone there, so it is taken away again at the end (about_Environment_Variables).
 */
function powershell(token: string, server: string): string {
  return [
    'try {',
    `  $env:PGPASSWORD = ${token}`,
    `  cockroach sql --url "${server}&options=${tokenOption}"`,
    '} finally { $env:PGPASSWORD = $null }',
  ].join('\n');
}

/** libpq looks for ~/.postgresql/root.crt unless it is told to trust what the system trusts (libpq, "sslrootcert"; psql 16 and up). */
function publicCa(caPath: string | null): string {
  return caPath === null ? 'PGSSLROOTCERT=system ' : '';
}
