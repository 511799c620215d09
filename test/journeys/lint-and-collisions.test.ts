/** The map of a real cluster linted at the command line, and the directory gone through, in the environment of the bot that runs. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { StatusReport } from '../../src/core/cluster/report.ts';
import { drive, type Driver, pause } from './sandbox-driver.ts';

let d: Driver;
before(async () => {
  d = await drive({ env: { SWEEP_SECONDS: '1' } });
  await d.command('alice', '/crdb-access request analytics');
  await d.press('bob', (await d.card('bob', 'analytics')).id, 'Approve');
  await d.bash('alice', 40);
});
after(() => d.stop());

const program = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

async function cli(...args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const child = spawn(process.execPath, [program, ...args], { env: { ...d.sandbox.botEnv, PATH: process.env['PATH'] } });
  let [out, err] = ['', ''];
  child.stdout.on('data', (data: Buffer) => (out += data.toString()));
  child.stderr.on('data', (data: Buffer) => (err += data.toString()));
  child.stdin.end();
  const code = await new Promise<number>((done, failed) => {
    child.once('error', failed);
    child.once('close', (ended) => done(ended ?? -1));
  });
  return { code, out, err };
}

test('the map that the bot wrote lints clean, and a row beside it is named with its line', async () => {
  const clean = await cli('lint-map', '--cluster', 'prod');
  assert.deepEqual([clean.code, clean.err], [0, ''], clean.out);
  const [shown] = await d.root('SHOW CLUSTER SETTING server.identity_map.configuration');
  const map = String(Object.values(shown ?? {})[0]);
  const { issuer } = await d.sandbox.entra.discovery();
  const row = `${issuer} /(.*)@contoso.com \\1`;
  await d.root(`SET CLUSTER SETTING server.identity_map.configuration = '${`${map}\n${row}`.replaceAll("'", "''")}'`);
  const { code, out } = await cli('lint-map', '--cluster', 'prod', '--json');
  assert.equal(code, 1);
  const { findings } = JSON.parse(out) as {
    findings: { rule: string; line: number; text: string; witness: { principal: string; becomes: string } | null }[];
  };
  const line = `${map}\n${row}`.split('\n').indexOf(row) + 1;
  assert.deepEqual([...new Set(findings.map((one) => `${one.line} ${one.text}`))], [`${line} ${row}`]);
  assert.deepEqual(
    findings.map(({ rule }) => rule).filter((rule) => rule !== 'case'),
    ['unanchored', 'unescaped-dot', 'yields-admin', 'yields-role', 'yields-other'],
  );
  const other = findings.find(({ rule }) => rule === 'yields-other');
  assert.equal(other?.witness?.becomes, 'alice');
  assert.equal((await cli('lint-map', '--cluster', 'nowhere')).code, 2);
});

test('people whose names collapse to one SQL user are listed', async () => {
  const { people } = d.sandbox.entra;
  people.addUser({ upn: 'Dave@fabrikam.com', name: 'Dave Other' });
  people.addUser({ upn: 'root@contoso.com', name: 'Root', enabled: false });
  const { code, out, err } = await cli('collisions');
  assert.equal(code, 1, err);
  assert.match(out, /^ {2}alice: alice@contoso\.com, alice@fabrikam\.com$/m);
  assert.match(out, /^ {2}dave: Dave@fabrikam\.com, dave@contoso\.com$/m);
  assert.match(out, /^ {2}root: root@contoso\.com \(disabled\)$/m);
  assert.equal(err, '');
  const json = JSON.parse((await cli('collisions', '--json')).out) as { groups: { sqlUsername: string }[] };
  assert.ok(json.groups.some(({ sqlUsername }) => sqlUsername === 'alice'));
});

test('the watch has gone through the directory by itself, and the status says what it found', async () => {
  for (const end = Date.now() + 30_000; ; await pause(500)) {
    const { clusters } = JSON.parse((await cli('status', '--json')).out) as StatusReport;
    const found = clusters.flatMap(({ checks }) => checks).find(({ id }) => id === 'directory')?.found ?? '';
    if (/collapse to one SQL user/.test(found) && !/Nobody has looked/.test(found)) break;
    assert.ok(Date.now() < end, found);
  }
});

test('a directory that does not answer is said, and nothing is made of half of it', async () => {
  d.sandbox.entra.fault('down');
  try {
    const { code, out, err } = await cli('collisions');
    assert.deepEqual([code, out], [3, '']);
    assert.match(err, /Microsoft Graph/);
  } finally {
    d.sandbox.entra.fault('none');
  }
});
