// What the checks of this folder have in common: which files there are, and which tree is looked at.
import { existsSync, readdirSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

export const here = fileURLToPath(new URL('..', import.meta.url));

/** The tree to look at: this one, or the one that `--root DIR` names (the self-tests plant faults in trees of their own). */
export function options(more = {}) {
  const { values } = parseArgs({ options: { root: { type: 'string' }, ...more } });
  return { ...values, root: values.root === undefined ? here : resolve(values.root) };
}

/** Paths below `root/folder` that end in one of `ends`, relative to root, with slashes, sorted. */
export function filesUnder(root, folder, ...ends) {
  const top = join(root, folder);
  if (!existsSync(top)) return [];
  return readdirSync(top, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && ends.some((end) => entry.name.endsWith(end)))
    .map((entry) =>
      relative(root, join(entry.parentPath ?? entry.path, entry.name))
        .split(sep)
        .join('/'),
    )
    .sort();
}
