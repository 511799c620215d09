/** Client assertions: a JWT instead of a secret (Entra docs: certificate-credentials.md, workload-identity-federation.md). */
import { constants, createHash, createPublicKey, type KeyObject, verify, X509Certificate } from 'node:crypto';
import type { BotApp } from './apps.ts';
import { type Claims, decoded } from './keys.ts';
import { Refused } from './oauth-errors.ts';

export type AssertionCheck = 'certificate' | 'federated';

/** Audience that a federated token must have (workload-identity-federation-create-trust.md, "audiences"). */
const exchange = 'api://AzureADTokenExchange';

/**
 * @param audience what the `aud` of a certificate's assertion begins with: the token endpoint of this tenant
 * @throws Refused 700027 (no such certificate, or not signed by it), 700211 and 700213 (issuer and subject are not trusted), 700024 (expired)
 */
export function checkAssertion(assertion: string, app: BotApp, audience: string): AssertionCheck {
  const [head = '', body = '', signature = ''] = assertion.split('.');
  const [header, claims] = [decoded(head) ?? {}, decoded(body) ?? {}];
  const signed = { text: `${head}.${body}`, signature: Buffer.from(signature, 'base64url'), alg: String(header['alg']) };
  const how = claims['iss'] === app.clientId ? 'certificate' : 'federated';
  if (how === 'certificate') byCertificate(header, claims, signed, app, audience);
  else byTrust(claims, signed, app);
  if (Number(claims['exp'] ?? 0) < Date.now() / 1000) throw new Refused(700024);
  return how;
}

interface Signed {
  readonly text: string;
  readonly signature: Buffer;
  readonly alg: string;
}

function byCertificate(header: Claims, claims: Claims, signed: Signed, app: BotApp, audience: string): void {
  const found = app.certificates.find((pem) => thumbprints(pem).some((t) => t === header['x5t'] || t === header['x5t#S256']));
  if (found === undefined) throw new Refused(700027, 'The certificate was not found by its thumbprint.');
  if (!isSignedBy(createPublicKey(found), signed)) throw new Refused(700027, 'The signature is not valid.');
  if (claims['sub'] !== app.clientId || !String(claims['aud']).startsWith(audience)) {
    throw new Refused(700027, 'The subject or audience is not valid.');
  }
}

function byTrust(claims: Claims, signed: Signed, app: BotApp): void {
  const ofIssuer = app.federated.filter((t) => t.issuer === claims['iss'] && claims['aud'] === exchange);
  if (ofIssuer.length === 0) throw new Refused(700211, String(claims['iss']));
  const trusted = ofIssuer.find((t) => t.subject === claims['sub']);
  if (trusted === undefined || !isSignedBy(trusted.publicKey, signed)) throw new Refused(700213, String(claims['sub']));
}

function thumbprints(pem: string): string[] {
  const der = new X509Certificate(pem).raw;
  return ['sha1', 'sha256'].map((hash) => createHash(hash).update(der).digest('base64url'));
}

const paddings: Readonly<Record<string, { padding: number; saltLength?: number }>> = {
  RS256: { padding: constants.RSA_PKCS1_PADDING },
  PS256: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 },
};

function isSignedBy(key: KeyObject, { text, signature, alg }: Signed): boolean {
  const padding = Object.hasOwn(paddings, alg) ? paddings[alg] : undefined;
  return padding !== undefined && verify('sha256', Buffer.from(text), { key, ...padding }, signature);
}
