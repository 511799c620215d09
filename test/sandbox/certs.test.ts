import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import tls from 'node:tls';
import { authority } from '../../src/sandbox/certs.ts';

const dir = mkdtempSync(join(tmpdir(), 'certs-'));
after(() => rmSync(dir, { recursive: true, force: true }));

/** One TLS handshake on a real socket: what the server saw of the client, what the client thought of the server. */
async function shake(
  server: tls.TlsOptions,
  client: tls.ConnectionOptions,
): Promise<{ commonName: string | undefined; trusted: boolean }> {
  return await new Promise((resolve, reject) => {
    const listener = tls.createServer({ ...server, requestCert: true, rejectUnauthorized: false }, (socket) => {
      const peer = socket.getPeerCertificate();
      socket.end('x');
      socket.on('close', () => listener.close());
      resolve({ commonName: peer.subject?.CN?.toString(), trusted: socket.authorized });
    });
    listener.listen(0, '127.0.0.1', () => {
      const { port } = listener.address() as { port: number };
      const socket = tls.connect({ port, host: '127.0.0.1', ...client });
      socket.on('error', (error) => {
        listener.close();
        reject(error);
      });
      socket.resume();
    });
  });
}

test('A client that trusts the CA reaches the server by name and by address, and is known by the common name of its certificate.', async () => {
  const ours = await authority(dir, 'one');
  const server = { ...(await ours.server(['localhost', '127.0.0.1', '::1'])), ca: ours.caPem };
  const { certFile, keyFile } = await ours.client("o'brien");
  const withCert = { ca: ours.caPem, cert: readFileSync(certFile), key: readFileSync(keyFile) };
  assert.deepEqual(await shake(server, { ...withCert, servername: 'localhost' }), { commonName: "o'brien", trusted: true });
  assert.deepEqual(await shake(server, { ca: ours.caPem }), { commonName: undefined, trusted: false });
});

test('A client that trusts another CA of the same folder is not fooled, and its certificate is not trusted.', async () => {
  const ours = await authority(dir, 'one');
  const theirs = await authority(dir, 'two');
  const server = { ...(await ours.server(['localhost'])), ca: ours.caPem };
  await assert.rejects(shake(server, { ca: theirs.caPem, servername: 'localhost' }), { code: 'SELF_SIGNED_CERT_IN_CHAIN' });
  const { certFile, keyFile } = await theirs.client('root');
  const stranger = { ca: ours.caPem, servername: 'localhost', cert: readFileSync(certFile), key: readFileSync(keyFile) };
  assert.deepEqual(await shake(server, stranger), { commonName: 'root', trusted: false });
});

test('A host name that the certificate does not have is refused.', async () => {
  const ours = await authority(dir, 'one');
  const server = { ...(await ours.server(['localhost'])), ca: ours.caPem };
  await assert.rejects(shake(server, { ca: ours.caPem, servername: 'example.com' }), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
});

test('A second start finds the same CA and the same client files; keys are for their owner alone.', async () => {
  const first = await authority(dir, 'one');
  const files = await first.client('root');
  const before = readFileSync(files.certFile, 'utf8');
  const second = await authority(dir, 'one');
  await second.client('root');
  assert.equal(second.caPem, first.caPem);
  assert.equal(readFileSync(files.certFile, 'utf8'), before);
  assert.equal(statSync(files.keyFile).mode & 0o777, 0o600);
  assert.equal(statSync(join(dir, 'one-ca.key')).mode & 0o777, 0o600);
});

test('Serial numbers are random and the certificates are valid for years.', async () => {
  const ours = await authority(dir, 'one');
  const [a, b] = [await ours.server(['localhost']), await ours.server(['localhost'])].map((s) => new X509Certificate(s.cert));
  assert.ok(a !== undefined && b !== undefined);
  assert.notEqual(a.serialNumber, b.serialNumber);
  assert.ok(Date.parse(a.validTo) > Date.now() + 5 * 365 * 24 * 3600_000);
  assert.ok(a.verify(new X509Certificate(ours.caPem).publicKey));
  assert.ok(new X509Certificate(ours.caPem).ca);
});
