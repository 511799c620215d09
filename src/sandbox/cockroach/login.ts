/** Who may come in, and as whom: by client certificate, or by token; passwords nobody has. */
import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { normalizeName } from '../../core/identity/sql-username.ts';
import { supports } from '../../core/cluster/releases.ts';
import { decideLogin, type FetchKeys } from '../../core/login/login.ts';
import { verify } from '../../adapters/jose/verify.ts';
import { changeAtLogin, type LoginGround } from './at-login.ts';
import { SqlError } from './errors.ts';
import type { Roles } from './roles.ts';
import type { Startup } from './wire/startup.ts';

export interface Visitor {
  readonly startup: Startup;
  readonly socket: TLSSocket;
  /** Asks the client for its password, in clear inside TLS; null when it went away instead. */
  password(): Promise<string | null>;
}

/** What a login is decided by. */
export interface Gate {
  /** The one that signs client certificates. */
  readonly ca: X509Certificate;
  readonly ground: LoginGround;
  readonly fetchKeys: FetchKeys;
}

/** SQLSTATE differs by version for one and the same text (testdata/jwt@0258d8b9bed5): nobody should branch on it. */
const wrongPassword = (user: string, sqlstate = '28P01'): SqlError =>
  new SqlError(sqlstate, `password authentication failed for user ${user}`);

/**
 * The common name of a client certificate that the cluster's CA has signed. That the client has its key, TLS has seen to; whether it
 * is trusted, a TLSSocket made by hand does not say, so it is looked at here.
 */
function certificateUser(socket: TLSSocket, ca: X509Certificate): { readonly commonName: string } | 'none' | 'untrusted' {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return 'none';
  const now = Date.now();
  const current = Date.parse(certificate.validFrom) <= now && now < Date.parse(certificate.validTo);
  if (!current || !certificate.checkIssued(ca) || !certificate.verify(ca.publicKey)) return 'untrusted';
  const commonName = /^CN=(.*)$/m.exec(certificate.subject)?.[1];
  return commonName === undefined ? 'untrusted' : { commonName: normalizeName(commonName) };
}

async function mayLogIn(roles: Roles, user: string): Promise<void> {
  const login = await roles.login(user);
  if (login === 'absent') throw wrongPassword(user);
  if (login === 'may not') throw new SqlError('28000', `${user} does not have login privilege`);
}

/** pkg/security/auth.go (UserAuthCertHook, FormatUserScopes): the certificate must be for exactly this user; ours are good for all tenants. */
async function byCertificate(user: string, commonName: string, roles: Roles): Promise<string> {
  await mayLogIn(roles, user);
  if (commonName === user) return user;
  throw new SqlError('28000', `certificate authentication failed for user "${user}"`, {
    detail: `The client certificate is valid for "${commonName}" on all tenants.`,
  });
}

async function byToken({ startup, password }: Visitor, { ground, fetchKeys }: Gate): Promise<string | null> {
  const { version, roles, settings } = ground;
  const token = await password();
  if (token === null) return null;
  const result = await decideLogin({
    version,
    settings: settings.forLogin(),
    users: await roles.logins(),
    user: startup.user,
    now: new Date(),
    token,
    verify,
    fetchKeys,
  });
  await changeAtLogin(ground, token, startup.user, result);
  if (result.ok) return result.as;
  if (result.error.startsWith('password authentication failed')) {
    throw new SqlError(supports(version, 'unknownUserIs28000') ? '28000' : '28P01', result.error, { detail: result.detail });
  }
  throw new SqlError('28000', result.error, { detail: result.detail });
}

/**
 * Decides a login (cockroachdb pkg/sql/pgwire/auth.go@013891ff333c): the JWT option is looked at before anything else; otherwise the
 * default rules apply, `cert-password` for everybody.
 * @returns the SQL user; null when the client went away
 * @throws SqlError with CockroachDB's words
 */
export async function decide(visitor: Visitor, gate: Gate): Promise<string | null> {
  if (visitor.startup.jwt) return await byToken(visitor, gate);
  const user = normalizeName(visitor.startup.user);
  const certificate = certificateUser(visitor.socket, gate.ca);
  if (certificate === 'untrusted') throw new SqlError('28000', 'TLS client certificate is not signed by the CA of this cluster');
  if (certificate !== 'none') return await byCertificate(user, certificate.commonName, gate.ground.roles);
  if ((await visitor.password()) === null) return null;
  throw wrongPassword(user);
}
