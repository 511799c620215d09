// At most two files under src, stand-ins included, have more than 400 lines: the ones in which an SDK meets everything.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesUnder, options } from './tree.mjs';

const most = 400;
const allowed = 2;
const { root } = options();
const files = filesUnder(root, 'src', '.ts', '.sql');
const long = files
  .map((file) => ({ file, lines: readFileSync(join(root, file), 'utf8').trimEnd().split('\n').length }))
  .filter(({ lines }) => lines > most);

if (long.length > allowed) {
  for (const { file, lines } of long)
    console.error(`${file}: ${lines} lines, and more than ${allowed} files have more than ${most}`);
}
console.log(`${files.length} files, ${long.length} of them over ${most} lines`);
process.exit(long.length > allowed || files.length === 0 ? 1 : 0);
