import { accessSync, chmodSync, constants, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/**
 * The sandbox's folder, made for its owner alone when it is not there. One that is there keeps its mode: it may be somebody's home,
 * and every secret in it is in a file or folder that is closed by itself.
 * @throws Error that says what to do when it can't be written
 */
export function openFolder(path: string): string {
  const dir = resolve(path);
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    accessSync(dir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new Error(`${dir} can't be written (${(error as NodeJS.ErrnoException).code}): name another folder with --data DIR`, {
      cause: error,
    });
  }
  return dir;
}

/** Writes `DIR/bot.env`: `set -a; . DIR/bot.env` gives a shell the environment that the bot runs with. */
export function writeBotEnv(dir: string, env: Readonly<Record<string, string>>): void {
  const lines = Object.entries(env).map(([name, value]) => `${name}=${quote(value)}`);
  writeFileSync(join(dir, 'bot.env'), `${lines.join('\n')}\n`, { mode: 0o600 });
}

/** Writes `DIR/bin/az` and `DIR/bin/cockroach`, which run from any folder. */
export function writePrograms(dir: string, built: string): void {
  mkdirSync(join(dir, 'bin'), { recursive: true });
  for (const name of ['az', 'cockroach']) {
    const program = join(built, 'sandbox', 'bin', `${name}.js`);
    const file = join(dir, 'bin', name);
    // A stand-in program is short-lived and trusts the files it is told about: the bot's NODE_* settings are not for it.
    writeFileSync(file, `#!/bin/sh\nSANDBOX_DIR=${quote(dir)} exec ${quote(process.execPath)} ${quote(program)} "$@"\n`);
    chmodSync(file, 0o755);
  }
}

/** A word for a POSIX shell. */
export function quote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
