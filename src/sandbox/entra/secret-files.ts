/** Files of the stand-in that hold secrets: made once, read again at the next start, readable by their owner alone. */
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

/** Writes a file of mode 0600, never half of it. */
export function writeSecretFile(file: string, value: unknown): void {
  const draft = `${file}.${process.pid}.new`;
  writeFileSync(draft, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  chmodSync(draft, 0o600);
  renameSync(draft, file);
}

/** What the file holds, or what `make` makes when it is not there yet (written before it is given back). */
export function secretFile<T>(file: string, make: () => T): T {
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as T;
  const value = make();
  writeSecretFile(file, value);
  return value;
}

export const randomSecret = (): string => randomBytes(30).toString('base64url');
