import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { clusterFault } from '../../src/adapters/cockroach/errors.ts';
import type { Doing } from '../../src/adapters/cockroach/errors.ts';
import { Fault } from '../../src/core/errors.ts';

const sql = (code: string, message: string, detail?: string): Error =>
  Object.assign(new Error(message), { severity: 'ERROR', code, detail });
const system = (code: string, message = ''): Error => Object.assign(new Error(message), { code });

/** SQLSTATEs as CockroachDB's `pgcode/codes.go` has them, texts as its statements give them; node's and node-postgres's own. */
const table: readonly [Doing, Error, string, string, RegExp][] = [
  ['connect', system('ECONNREFUSED'), 'cluster_unavailable', 'later', /not reachable: connection refused \(ECONNREFUSED\)/],
  ['connect', system('ENOTFOUND', 'getaddrinfo ENOTFOUND db'), 'cluster_unavailable', 'later', /host name is not known/],
  ['connect', new Error('timeout expired'), 'cluster_silent', 'later', /no answer in time/],
  ['connect', new Error('Connection terminated due to connection timeout'), 'cluster_silent', 'later', /no answer in time/],
  ['connect', new Error('Connection terminated unexpectedly'), 'cluster_unavailable', 'later', /connection was closed/],
  ['connect', new Error('timeout exceeded when trying to connect'), 'cluster_busy', 'later', /all connections of the bot/],
  ['connect', system('SELF_SIGNED_CERT_IN_CHAIN'), 'cluster_unavailable', 'later', /TLS failed.*sslrootcert/],
  ['connect', system('ERR_TLS_CERT_ALTNAME_INVALID'), 'cluster_unavailable', 'later', /another host/],
  ['connect', system('ERR_SSL_TLSV1_ALERT_UNKNOWN_CA'), 'cluster_unavailable', 'later', /TLS failed \(ERR_SSL/],
  ['connect', new Error('The server does not support SSL connections'), 'cluster_unavailable', 'later', /does not speak TLS/],
  [
    'connect',
    sql('28P01', 'password authentication failed for user bot'),
    'cluster_unavailable',
    'later',
    /bot's SQL user bot log in: password/,
  ],
  [
    'connect',
    sql('28000', 'certificate authentication failed for user "bot"'),
    'cluster_unavailable',
    'later',
    /log in: certificate/,
  ],
  ['connect', sql('53300', 'too many connections'), 'cluster_unavailable', 'later', /no more connections/],
  ['connect', sql('57P03', 'the server is starting up'), 'cluster_unavailable', 'later', /not reachable/],
  ['read', new Error('Query read timeout'), 'cluster_silent', 'later', /did not answer: no answer in time/],
  ['read', system('ECONNRESET'), 'cluster_unavailable', 'later', /did not answer/],
  [
    'read',
    sql('57P01', 'server is shutting down'),
    'cluster_unavailable',
    'later',
    /did not answer: server is shutting down \(SQLSTATE 57P01\)/,
  ],
  ['read', sql('57014', 'query execution canceled due to statement timeout'), 'cluster_busy', 'later', /busy/],
  [
    'read_settings',
    sql('42501', 'only users with …'),
    'cluster_refused',
    'never',
    /needs VIEWCLUSTERSETTING.*GRANT SYSTEM VIEWCLUSTERSETTING TO "bot"/,
  ],
  [
    'create_user',
    sql('42501', 'user bot does not have CREATEROLE privilege'),
    'cluster_refused',
    'never',
    /ALTER USER "bot" WITH CREATEROLE CREATELOGIN/,
  ],
  [
    'grant_roles',
    sql('42501', 'bot must have CREATEROLE …'),
    'cluster_refused',
    'never',
    /ADMIN OPTION.*ALTER USER "bot" WITH CREATEROLE/,
  ],
  ['set_setting', sql('42501', 'only users with …'), 'cluster_refused', 'never', /GRANT SYSTEM MODIFYCLUSTERSETTING TO "bot"/],
  [
    'grant_roles',
    sql('42704', 'role/user reader does not exist'),
    'cluster_refused',
    'never',
    /role\/user reader does not exist \(SQLSTATE 42704\)/,
  ],
  ['grant_roles', sql('0LP01', 'alice cannot be a member of itself'), 'cluster_refused', 'never', /member of itself/],
  [
    'grant_roles',
    sql('57014', 'query execution canceled due to statement timeout'),
    'cluster_busy',
    'later',
    /is busy with others/,
  ],
  ['grant_roles', sql('40001', 'restart transaction: …'), 'cluster_busy', 'later', /another try/],
  ['grant_roles', sql('40003', 'result is ambiguous'), 'cluster_outcome_unknown', 'unknown', /did not say whether it was made/],
  [
    'create_user',
    sql('XXA00', 'transaction committed but schema change aborted'),
    'cluster_outcome_unknown',
    'unknown',
    /did not say/,
  ],
  ['create_user', sql('57P01', 'server is shutting down'), 'cluster_outcome_unknown', 'unknown', /shutting down/],
  ['create_user', system('ECONNRESET', 'read ECONNRESET'), 'cluster_outcome_unknown', 'unknown', /closed \(ECONNRESET\)/],
  ['create_user', new Error('Connection terminated unexpectedly'), 'cluster_outcome_unknown', 'unknown', /closed/],
  ['create_user', new Error('Query read timeout'), 'cluster_outcome_unknown', 'unknown', /no answer in time/],
  ['set_setting', sql('XXUUU', 'JWT authentication JWKS not a valid JWKS: …'), 'cluster_refused', 'never', /not a valid JWKS/],
  ['set_setting', sql('22023', 'invalid value for …'), 'cluster_refused', 'never', /invalid value/],
  ['set_setting', sql('XX000', 'internal error: …'), 'cluster_unavailable', 'later', /internal error/],
  ['set_setting', sql('25006', 'read-only'), 'cluster_refused', 'never', /read-only/],
  ['grant_roles', sql('99999', 'something new'), 'cluster_refused', 'never', /something new \(SQLSTATE 99999\)/],
];

describe('an error of a cluster becomes a fault', () => {
  for (const [doing, error, code, retry, says] of table) {
    test(`${doing}: ${(error as { code?: string }).code ?? ''} ${error.message} is ${code}/${retry}`, () => {
      const fault = clusterFault(error, { cluster: 'prod', user: 'bot', doing });
      assert.equal(`${fault.code}/${fault.retry}`, `${code}/${retry}`);
      assert.match(fault.message, says);
      assert.match(fault.message, /^the cluster prod /);
    });
  }

  test('with DETAIL in brackets', () => {
    const fault = clusterFault(sql('42710', 'a role/user named x already exists', 'since today'), {
      cluster: 'prod',
      user: 'bot',
      doing: 'grant_roles',
    });
    assert.equal(fault.message, 'the cluster prod refused: a role/user named x already exists (since today) (SQLSTATE 42710)');
  });

  test('and a fault stays what it is', () => {
    const fault = new Fault('cluster_busy', 'later', 'x');
    assert.equal(clusterFault(fault, { cluster: 'prod', user: 'bot', doing: 'read' }), fault);
  });
});
