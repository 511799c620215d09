/**
 * Writes X.509 v3 certificates (RFC 5280) for EC P-256 keys with node:crypto alone: the DER that a private CA, its servers and its
 * clients need, and nothing else.
 */
import { createHash, createPublicKey, type KeyObject, randomBytes, sign } from 'node:crypto';

const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utf8: 0x0c,
  generalizedTime: 0x18,
} as const;
const sequenceTag = 0x30;
const setTag = 0x31;
const explicit = (n: number): number => 0xa0 + n;
const implicit = (n: number): number => 0x80 + n;

function der(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  if (body.length < 0x80) return Buffer.concat([Buffer.from([tag, body.length]), body]);
  const digits = body.length.toString(16);
  const length = Buffer.from(digits.length % 2 ? `0${digits}` : digits, 'hex');
  return Buffer.concat([Buffer.from([tag, 0x80 | length.length]), length, body]);
}

const sequence = (...parts: readonly Uint8Array[]): Buffer => der(sequenceTag, ...parts);

function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const n of rest) {
    const seven = [n & 0x7f];
    for (let left = n >>> 7; left > 0; left >>>= 7) seven.unshift((left & 0x7f) | 0x80);
    bytes.push(...seven);
  }
  return der(tags.oid, Buffer.from(bytes));
}

const ids = {
  commonName: oid('2.5.4.3'),
  ecdsaWithSha256: oid('1.2.840.10045.4.3.2'),
  subjectKeyId: oid('2.5.29.14'),
  keyUsage: oid('2.5.29.15'),
  subjectAltName: oid('2.5.29.17'),
  basicConstraints: oid('2.5.29.19'),
  authorityKeyId: oid('2.5.29.35'),
  extendedKeyUsage: oid('2.5.29.37'),
  serverAuth: oid('1.3.6.1.5.5.7.3.1'),
  clientAuth: oid('1.3.6.1.5.5.7.3.2'),
};

const yes = der(tags.boolean, Buffer.from([0xff]));
const name = (commonName: string): Buffer =>
  sequence(der(setTag, sequence(ids.commonName, der(tags.utf8, Buffer.from(commonName, 'utf8')))));
const time = (at: Date): Buffer => der(tags.generalizedTime, Buffer.from(`${at.toISOString().replace(/[-:T]|\.\d+Z$/g, '')}Z`));
const extension = (id: Buffer, value: Buffer, critical = false): Buffer =>
  sequence(id, ...(critical ? [yes] : []), der(tags.octetString, value));

/** The key identifier of RFC 5280 §4.2.1.2 (1): SHA-1 over the bits of the public key, which are the last 65 bytes of a P-256 key. */
const keyId = (spki: Buffer): Buffer => createHash('sha1').update(spki.subarray(-65)).digest();

function altName(host: string): Buffer {
  const four = host.split('.');
  if (four.length === 4 && four.every((n) => /^\d+$/.test(n))) return der(implicit(7), Buffer.from(four.map(Number)));
  if (host === '::1') return der(implicit(7), Buffer.concat([Buffer.alloc(15), Buffer.from([1])]));
  return der(implicit(2), Buffer.from(host, 'ascii'));
}

/** Bits of KeyUsage (RFC 5280 §4.2.1.3), as the DER bit string needs them. */
const usages = {
  authority: { bits: [1, 0x06], purpose: null }, // keyCertSign, cRLSign
  server: { bits: [7, 0x80], purpose: ids.serverAuth }, // digitalSignature
  client: { bits: [7, 0x80], purpose: ids.clientAuth },
} as const;

/** What a certificate says, and who signs it. */
export interface CertificateOrder {
  readonly kind: keyof typeof usages;
  readonly subject: string;
  readonly publicKey: KeyObject;
  readonly hosts: readonly string[];
  readonly from: Date;
  readonly until: Date;
  readonly issuer: { readonly name: string; readonly key: KeyObject };
}

/** Signs a certificate. Gives PEM. The serial number is random (RFC 5280 §4.1.2.2: positive, at most 20 bytes). */
export function certificate(order: CertificateOrder): string {
  const spki = order.publicKey.export({ type: 'spki', format: 'der' });
  const issuerSpki = createPublicKey(order.issuer.key).export({ type: 'spki', format: 'der' });
  const serial = randomBytes(16);
  serial.writeUInt8(((serial[0] ?? 0) & 0x7f) | 0x40, 0);
  const usage = usages[order.kind];
  const extensions = [
    extension(ids.basicConstraints, order.kind === 'authority' ? sequence(yes) : sequence(), true),
    extension(ids.keyUsage, der(tags.bitString, Buffer.from(usage.bits)), true),
    extension(ids.subjectKeyId, der(tags.octetString, keyId(spki))),
    extension(ids.authorityKeyId, sequence(der(implicit(0), keyId(issuerSpki)))),
  ];
  if (usage.purpose !== null) extensions.push(extension(ids.extendedKeyUsage, sequence(usage.purpose)));
  if (order.hosts.length > 0) extensions.push(extension(ids.subjectAltName, sequence(...order.hosts.map(altName))));
  const signed = sequence(
    der(explicit(0), der(tags.integer, Buffer.from([2]))),
    der(tags.integer, serial),
    sequence(ids.ecdsaWithSha256),
    name(order.issuer.name),
    sequence(time(order.from), time(order.until)),
    name(order.subject),
    spki,
    der(explicit(3), sequence(...extensions)),
  );
  const signature = sign('sha256', signed, order.issuer.key);
  const whole = sequence(signed, sequence(ids.ecdsaWithSha256), der(tags.bitString, Buffer.from([0]), signature));
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
