// Where the tests put what they make. Each starts PostgreSQLs of its own, each of a thousand small files: in memory that takes a fifth
// of the time that it takes on a disk, and nothing here has to outlive the run.
import { chmodSync, existsSync, mkdtempSync, statfsSync } from 'node:fs';
import { freemem, tmpdir } from 'node:os';
import { join } from 'node:path';

const inMemory = '/dev/shm';
/** A PostgreSQL takes up to 150 MB, a sandbox has two, and there are a few of them at once. */
const bytesNeeded = 4 * 2 ** 30;

/** Whether this file system has room for the tests, and the memory behind it as well. Containers give it 64 MB. */
function isRoomy(folder) {
  if (!existsSync(folder)) return false;
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize >= bytesNeeded && freemem() >= 2 * bytesNeeded;
}

/** A new folder for one run, to be given to it as TMPDIR and removed after it. A TMPDIR that somebody set is kept to. */
export function scratchFolder() {
  const base = process.env.TMPDIR === undefined && isRoomy(inMemory) ? inMemory : tmpdir();
  const folder = mkdtempSync(join(base, 'crdb-'));
  // As /tmp: a PostgreSQL that may not run as root runs as somebody else in it.
  chmodSync(folder, 0o711);
  return folder;
}
