import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('../..', import.meta.url));
const settings = [
  'package.json',
  'tsconfig.json',
  'tsconfig.core.json',
  'tsconfig.test.json',
  'src/sandbox/page/web/tsconfig.json',
  'biome.json',
  '.oxlintrc.json',
  '.dependency-cruiser.mjs',
];

export interface Planted {
  /** Runs one of scripts/*.mjs, or a tool of node_modules, on this tree. */
  run(program: string, args?: readonly string[], env?: Readonly<Record<string, string>>): { code: number; text: string };
  remove(): void;
}

/** A tree of its own with this project's settings and the given files, to see what the gate says of it. */
export function plant(files: Readonly<Record<string, string>>): Planted {
  const root = mkdtempSync(join(tmpdir(), 'crdb-access-gate-'));
  symlinkSync(join(here, 'node_modules'), join(root, 'node_modules'));
  for (const name of settings) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    copyFileSync(join(here, name), join(root, name));
  }
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return {
    run(program, args = [], env = {}) {
      const ours = program.startsWith('scripts/');
      const path = join(here, program);
      const command = program.includes('.bin/')
        ? [path, ...args]
        : [process.execPath, path, ...(ours ? ['--root', root] : []), ...args];
      const [first = '', ...rest] = command;
      const ran = spawnSync(first, rest, { cwd: root, encoding: 'utf8', env: { ...process.env, ...env } });
      return { code: ran.status ?? -1, text: `${ran.stdout}${ran.stderr}` };
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}
