/**
 * Where PostgreSQL's files can lie. It refuses to run as root, so under root it runs as `nobody`, and that user must be able to walk to
 * its binaries and its data. Below a folder of mode 0700 (a temporary folder, /root) it can't: then both live in the system's temporary
 * folder, and DIR remembers where.
 */
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pidOfDataFolder } from './postmaster.ts';

/** The user that PostgreSQL runs as; null: whoever we are. 65534 is `nobody` everywhere; it needs no entry in /etc/passwd. */
export const runAs: { readonly uid: number; readonly gid: number } | null =
  process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : null;

const othersMayWalk = 0o001;
const prefix = 'crdb-access-pg-';
const homeFile = 'home';
/** sun_path of a Unix socket holds 107 bytes and its end (unix(7)); on macOS 103. */
const longestSocketPath = 100;

/** Whether the user that PostgreSQL runs as can walk to this path. */
export function reachable(path: string): boolean {
  if (runAs === null) return true;
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    if ((statSync(folder).mode & othersMayWalk) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

/** A temporary folder of the system that everybody can walk to, whatever TMPDIR says. */
export function openTemporaryFolder(): string {
  const found = [tmpdir(), '/tmp', '/var/tmp'].find((folder) => existsSync(folder) && reachable(folder));
  if (found === undefined)
    throw new Error('No temporary folder that other users can walk to: PostgreSQL cannot run as root without one.');
  return found;
}

const mine = (path: string): boolean => {
  const { uid, mode } = lstatSync(path);
  return uid === process.getuid?.() && (mode & 0o022) === 0;
};

/** Folders left behind by sandboxes whose own folder is gone: removed, unless a PostgreSQL still runs there. */
function sweep(base: string): void {
  for (const entry of readdirSync(base).filter((name) => name.startsWith(prefix))) {
    const folder = join(base, entry);
    const home = join(folder, homeFile);
    try {
      if (!mine(folder) || !existsSync(home)) continue;
      const of = readFileSync(home, 'utf8');
      if (of === '' || existsSync(of)) continue;
      if (pidOfDataFolder(join(folder, 'data')) === null) rmSync(folder, { recursive: true, force: true });
    } catch {
      // Somebody else's folder, or one that is going away just now: not ours to clean.
    }
  }
}

/**
 * The folder in which the PostgreSQL `name` of the folder `dir` lives: `dir/name`, or, when that can't be (see above, or when a socket's
 * path would become too long), a folder of the temporary folder that `dir/name/place` remembers. Found again at the next start.
 */
export function placeFor(dir: string, name: string): string {
  const home = resolve(dir, name);
  mkdirSync(home, { recursive: true });
  if (runAs !== null) chmodSync(home, 0o711);
  const memory = join(home, 'place');
  if (existsSync(memory)) {
    const known = readFileSync(memory, 'utf8');
    if (existsSync(known) && mine(known)) return known;
  }
  const base = runAs === null ? tmpdir() : openTemporaryFolder();
  sweep(base);
  if (reachable(home) && home.length + '/socket/.s.PGSQL.00000'.length <= longestSocketPath) return home;
  const place = mkdtempSync(join(base, prefix));
  chmodSync(place, 0o711);
  // Whole or not there: a sandbox that starts beside this one reads it, and would take half a path for a folder that is gone.
  writeFileSync(join(place, `${homeFile}.new`), home);
  renameSync(join(place, `${homeFile}.new`), join(place, homeFile));
  writeFileSync(memory, place);
  return place;
}
