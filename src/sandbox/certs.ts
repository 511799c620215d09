/** A private certificate authority in a folder: made at the first start, known again at the next, so that files people saved keep working. */
import { createPrivateKey, generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CertificateOrder, certificate } from './x509.ts';

export interface Authority {
  readonly caFile: string;
  readonly caPem: string;
  /** A server certificate for these host names and addresses, with its key. PEM, kept in memory only. */
  server(hosts: readonly string[]): Promise<{ readonly cert: string; readonly key: string }>;
  /** A client certificate for this common name, in files of mode 0600. Made once, then reused. */
  client(commonName: string): Promise<{ readonly certFile: string; readonly keyFile: string }>;
}

const day = 24 * 3600_000;
const validFor = 3650 * day;
/** A clock that runs behind by a day still accepts what was just made. */
const backdated = day;
const renewBefore = 30 * day;

const newKey = (): { publicKey: KeyObject; privateKey: KeyObject } => generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pemOf = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();

/** Never half a file, and never a key that others can read, not even for a moment. */
function put(file: string, text: string, mode: number): void {
  const draft = `${file}.${process.pid}.new`;
  writeFileSync(draft, text, { mode });
  chmodSync(draft, mode);
  renameSync(draft, file);
}

function stillValid(certFile: string, keyFile: string): boolean {
  if (!existsSync(certFile) || !existsSync(keyFile)) return false;
  const cert = new X509Certificate(readFileSync(certFile));
  return Date.parse(cert.validTo) - renewBefore > Date.now() && cert.checkPrivateKey(createPrivateKey(readFileSync(keyFile)));
}

function issue(order: Omit<CertificateOrder, 'from' | 'until'>): string {
  const now = Date.now();
  return certificate({ ...order, from: new Date(now - backdated), until: new Date(now + validFor) });
}

/**
 * Opens the authority `name` in the folder `dir`, making it when it is not there yet (`<name>-ca.crt`, `<name>-ca.key`).
 * @param dir made with mode 0700 when it does not exist
 */
export async function authority(dir: string, name: string): Promise<Authority> {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const caFile = join(dir, `${name}-ca.crt`);
  const caKeyFile = join(dir, `${name}-ca.key`);
  const caName = `crdb-access sandbox ${name} CA`;
  if (!stillValid(caFile, caKeyFile)) {
    const { publicKey, privateKey } = newKey();
    put(caKeyFile, pemOf(privateKey), 0o600);
    put(
      caFile,
      issue({ kind: 'authority', subject: caName, publicKey, hosts: [], issuer: { name: caName, key: privateKey } }),
      0o644,
    );
  }
  const caPem = readFileSync(caFile, 'utf8');
  const issuer = { name: caName, key: createPrivateKey(readFileSync(caKeyFile)) };

  return {
    caFile,
    caPem,
    server(hosts) {
      const { publicKey, privateKey } = newKey();
      const cert = issue({ kind: 'server', subject: hosts[0] ?? name, publicKey, hosts, issuer });
      return Promise.resolve({ cert, key: pemOf(privateKey) });
    },
    client(commonName) {
      const stem = join(dir, `${name}-client.${encodeURIComponent(commonName)}`);
      const [certFile, keyFile] = [`${stem}.crt`, `${stem}.key`];
      if (
        !stillValid(certFile, keyFile) ||
        !new X509Certificate(readFileSync(certFile)).verify(new X509Certificate(caPem).publicKey)
      ) {
        const { publicKey, privateKey } = newKey();
        put(keyFile, pemOf(privateKey), 0o600);
        put(certFile, issue({ kind: 'client', subject: commonName, publicKey, hosts: [], issuer }), 0o644);
      }
      return Promise.resolve({ certFile, keyFile });
    },
  };
}
