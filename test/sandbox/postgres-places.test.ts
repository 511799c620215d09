import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openTemporaryFolder, placeFor, runAs } from '../../src/sandbox/postgres/places.ts';

const base = runAs === null ? tmpdir() : openTemporaryFolder();
const made: string[] = [];
const folder = (prefix: string): string => {
  const path = mkdtempSync(join(base, prefix));
  made.push(path);
  return path;
};
after(() => {
  for (const path of made) rmSync(path, { recursive: true, force: true });
});

/** A folder as another sandbox has it, that far along in its start. */
function begun(home: string | null): string {
  const path = folder('crdb-access-pg-');
  chmodSync(path, 0o711);
  if (home !== null) writeFileSync(join(path, 'home'), home);
  return path;
}

test('a folder that another sandbox is just making is left alone, however far along it is; one whose sandbox is gone is swept', () => {
  const living = folder('pg-home-');
  const kept = [begun(null), begun(''), begun(living)];
  const lost = begun(join(living, 'gone'));
  placeFor(folder('pg-start-'), 'x');
  assert.deepEqual(
    kept.map((path) => existsSync(path)),
    [true, true, true],
  );
  assert.equal(existsSync(lost), false);
});

test('a place is found again at the next start, and says whose it is', () => {
  const dir = folder('pg-start-');
  // Too long for the path of a socket, so that it can't lie below DIR, whoever runs this.
  const name = 'p'.repeat(100);
  const place = placeFor(dir, name);
  made.push(place);
  assert.equal(placeFor(dir, name), place);
  assert.equal(readFileSync(join(place, 'home'), 'utf8'), join(dir, name));
});
