import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type ChosenPorts, choosePorts } from '../../src/sandbox/ports.ts';

const folder = mkdtempSync(join(tmpdir(), 'crdb-ports-'));
const open: ChosenPorts[] = [];
after(async () => {
  await Promise.all(open.map((chosen) => chosen.release()));
  rmSync(folder, { recursive: true });
});

async function choose(name: string, page = 0): Promise<ChosenPorts> {
  const chosen = await choosePorts(mkdtempSync(join(folder, name)), page);
  open.push(chosen);
  return chosen;
}

test('sandboxes that start at the same moment share no port, although none listens yet', async () => {
  const many = await Promise.all(Array.from({ length: 120 }, (_, i) => choose(`many-${i}-`)));
  const ports = many.flatMap((chosen) => Object.values(chosen.ports));
  assert.equal(new Set(ports).size, ports.length);
});

test('a sandbox that starts again has the ports that it had, but for one that somebody else took meanwhile', async () => {
  const dir = mkdtempSync(join(folder, 'again-'));
  const first = await choosePorts(dir, 0);
  await first.release();
  const taker: Server = createServer();
  await new Promise<void>((done) => taker.listen(first.ports.slack, '127.0.0.1', done));
  const second = await choosePorts(dir, 0);
  await Promise.all([second.release(), new Promise((done) => taker.close(done))]);
  assert.notEqual(second.ports.slack, first.ports.slack);
  assert.deepEqual({ ...second.ports, slack: 0 }, { ...first.ports, slack: 0 });
});

test('ports that another sandbox has meanwhile are left to it', async () => {
  const dir = mkdtempSync(join(folder, 'left-'));
  const first = await choosePorts(dir, 0);
  open.push(first);
  const second = await choosePorts(dir, 0);
  open.push(second);
  const both = [...Object.values(first.ports), ...Object.values(second.ports)];
  assert.equal(new Set(both).size, both.length);
});

test('the page is where it was asked for', async () => {
  assert.equal((await choose('page-', 4173)).ports.page, 4173);
});
