/** What goes wrong with a cluster, by SQLSTATE or system code, as Faults. Texts are CockroachDB's or node-postgres's; never a URL. */

import type { Change } from '../../core/cluster/cluster.ts';
import { Fault } from '../../core/errors.ts';
import type { FaultCode, FaultRetry } from '../../core/errors.ts';
import { privileges } from './sql.ts';

/** What was being done. It decides: a connection lost while reading is a bother, while changing it leaves the outcome unknown. */
export type Doing = 'connect' | 'read' | 'read_settings' | Change['kind'];

export interface Circumstances {
  readonly cluster: string;
  /** The bot's SQL user, for the statement that would give it what it lacks. */
  readonly user: string;
  readonly doing: Doing;
}

type Verdict = 'busy' | 'retry' | 'lost' | 'login' | 'full' | 'privilege' | 'refused' | 'internal';

/**
 * By SQLSTATE, the whole of it before its class (CockroachDB `pgcode/codes.go`, and docs "Transaction retry error reference").
 * 40003, XXA00: it may have been committed ("statement completion unknown", "committed but a schema change failed").
 * 57P01 to 57P05, 08: the server went away under the statement.
 */
const bySqlState: Readonly<Record<string, Verdict>> = {
  '08': 'lost',
  '0A': 'refused',
  '0L': 'refused',
  '22': 'refused',
  '23': 'refused',
  '25': 'refused',
  '28': 'login',
  '2B': 'refused',
  '3D': 'refused',
  '40': 'retry',
  '40003': 'lost',
  '42': 'refused',
  '42501': 'privilege',
  '53': 'busy',
  '53300': 'full',
  '54': 'refused',
  '55': 'busy',
  '57': 'lost',
  '57014': 'busy',
  '58': 'internal',
  XX: 'internal',
  XXA00: 'lost',
  XXUUU: 'refused',
};

/** Why a connection did not come about, by the code of Node.js (docs "Errors", "TLS"). */
const byCode: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection was closed',
  EPIPE: 'the connection was closed',
  ETIMEDOUT: 'no answer in time',
  EHOSTUNREACH: 'no way to the host',
  ENETUNREACH: 'no way to the host',
  ENOTFOUND: 'its host name is not known',
  EAI_AGAIN: 'its host name could not be looked up',
  ENOENT: 'a certificate file of its URL is missing',
  EACCES: 'a certificate file of its URL is not readable',
  EPROTO: 'TLS failed',
  CERT_HAS_EXPIRED: 'TLS failed: its certificate has expired',
  CERT_NOT_YET_VALID: 'TLS failed: its certificate is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'TLS failed: its certificate is for another host',
  SELF_SIGNED_CERT_IN_CHAIN: 'TLS failed: its certificate is not of the CA in sslrootcert',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'TLS failed: its certificate is not of the CA in sslrootcert',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'TLS failed: its certificate is not of the CA in sslrootcert',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'TLS failed: its certificate is not of the CA in sslrootcert',
};

const noAnswer = /timeout expired|connection timeout|Query read timeout/;

/** Texts of node-postgres without a code (pg `client.js`, `connection.js`; pg-pool `index.js`). */
const byText: readonly (readonly [RegExp, string])[] = [
  [noAnswer, 'no answer in time'],
  [/Connection terminated|not queryable/, 'the connection was closed'],
  [/does not support SSL|establishing an SSL connection/, 'TLS failed: it does not speak TLS'],
];

/** All connections of ours are in use: not the cluster's fault (pg-pool `index.js`). */
const poolFull = /timeout exceeded when trying to connect/;

/** A Fault for what node-postgres threw. One that is a Fault already stays as it is. */
export function clusterFault(error: unknown, at: Circumstances): Fault {
  if (error instanceof Fault) return error;
  const state = sqlState(error);
  const verdict = state === null ? null : (bySqlState[state] ?? bySqlState[state.slice(0, 2)] ?? 'refused');
  if (at.doing === 'connect') return connectFault(error, verdict, at);
  return verdict === null ? lostFault(error, at) : faultOf[verdict](error, at);
}

const faultOf: Readonly<Record<Verdict, (error: unknown, at: Circumstances) => Fault>> = {
  busy: (error, at) => fault('cluster_busy', 'later', at, `is busy with others: ${said(error)}`),
  retry: (error, at) => fault('cluster_busy', 'later', at, `keeps asking for another try: ${said(error)}`),
  lost: lostFault,
  login: loginFault,
  full: (error, at) => fault('cluster_unavailable', 'later', at, `takes no more connections: ${said(error)}`),
  privilege: (error, at) => {
    const lacks = Object.hasOwn(privileges, at.doing) ? privileges[at.doing as keyof typeof privileges] : null;
    const todo =
      lacks === null ? '' : `. The bot's SQL user needs ${lacks.needs}; an admin of the cluster runs: ${lacks.give(at.user)}`;
    return fault('cluster_refused', 'never', at, `does not let the bot do it: ${said(error)}${todo}`);
  },
  refused: (error, at) => fault('cluster_refused', 'never', at, `refused: ${said(error)}`),
  internal: (error, at) => fault('cluster_unavailable', 'later', at, `failed: ${said(error)}`),
};

function connectFault(error: unknown, verdict: Verdict | null, at: Circumstances): Fault {
  if (poolFull.test(messageOf(error)))
    return fault('cluster_busy', 'later', at, 'is busy: all connections of the bot wait for it');
  if (verdict === 'login') return loginFault(error, at);
  if (verdict === 'full') return faultOf.full(error, at);
  return fault(absence(error), 'later', at, `is not reachable: ${verdict === null ? why(error) : said(error)}`);
}

function loginFault(error: unknown, at: Circumstances): Fault {
  return fault('cluster_unavailable', 'later', at, `does not let the bot's SQL user ${at.user} log in: ${said(error)}`);
}

function lostFault(error: unknown, at: Circumstances): Fault {
  const reason = sqlState(error) === null ? why(error) : said(error);
  return at.doing === 'read' || at.doing === 'read_settings'
    ? fault(absence(error), 'later', at, `did not answer: ${reason}`)
    : fault('cluster_outcome_unknown', 'unknown', at, `was asked for a change, and did not say whether it was made: ${reason}`);
}

/** A host that says nothing is told apart from one that is not there: whoever looks after the cluster looks elsewhere for the cause. */
function absence(error: unknown): FaultCode {
  return codeOf(error) === 'ETIMEDOUT' || noAnswer.test(messageOf(error)) ? 'cluster_silent' : 'cluster_unavailable';
}

function fault(code: FaultCode, retry: FaultRetry, at: Circumstances, what: string): Fault {
  return new Fault(code, retry, `the cluster ${at.cluster} ${what}`);
}

/** SQLSTATE of an error that the server sent; null: it is of another kind. */
export function sqlState(error: unknown): string | null {
  const { code, severity } = (error ?? {}) as { code?: unknown; severity?: unknown };
  return typeof code === 'string' && typeof severity === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : null;
}

/** CockroachDB's own words: message, DETAIL, SQLSTATE. */
function said(error: unknown): string {
  const detail = (error as { detail?: unknown }).detail;
  return `${messageOf(error)}${typeof detail === 'string' && detail !== '' ? ` (${detail})` : ''} (SQLSTATE ${sqlState(error)})`;
}

function why(error: unknown): string {
  const code = codeOf(error);
  const message = messageOf(error);
  const words =
    byCode[code] ??
    byText.find(([text]) => text.test(message))?.[1] ??
    (/^ERR_(SSL|TLS|OSSL)/.test(code) ? 'TLS failed' : message);
  return code === '' ? words : `${words} (${code})`;
}

/** A name with several addresses fails with an AggregateError, whose message is empty (Node.js docs, `net.connect` autoSelectFamily). */
function codeOf(error: unknown): string {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: unknown };
  if (typeof code === 'string') return code;
  return cause === undefined ? '' : codeOf(cause);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The other side is gone, as opposed to silent. 57P01: a node that drains says goodbye to its sessions (docs, "Node Shutdown"). */
export function connectionWasCut(error: unknown): boolean {
  const code = codeOf(error);
  return (
    code === 'ECONNRESET' ||
    code === 'EPIPE' ||
    code === '57P01' ||
    /Connection terminated unexpectedly|not queryable/.test(messageOf(error))
  );
}

/** `SET CLUSTER SETTING` waited 10 s for this node to read the new value; the write itself was committed before (set_cluster_setting.go). */
export function settingWasWritten(error: unknown): boolean {
  return messageOf(error).includes('setting updated but timed out waiting to read new value');
}

/** A version that does not know a setting says so in these words, without a SQLSTATE of its own (show_cluster_setting.go). */
export function settingIsUnknown(error: unknown): boolean {
  return /^unknown (cluster )?setting/.test(messageOf(error));
}
