// The core takes time, chance and the world from its caller, and knows no chat platform by name. What types can't keep out
// (tsconfig.core.json keeps out process, fetch, timers and console) is looked for in the text here, comments included.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesUnder, options } from './tree.mjs';

const forbidden = [
  { what: 'Date.now', pattern: /\bDate\s*(\?\.|\.)\s*now\b|\bDate\s*\[/ },
  { what: 'a Date of the moment', pattern: /\bnew\s+Date\s*(\(\s*\)|(?!\s*\())|(?<!new\s+)(?<![\w.])Date\s*\(\s*\)/ },
  { what: 'Date handed on', pattern: /(=|\(|,|\[)\s*Date\s*(;|,|\)|\])/ },
  { what: 'Math.random', pattern: /\bMath\s*(\?\.|\.)\s*random\b|\bMath\s*\[|\brandom\s*}\s*=\s*Math\b/ },
  { what: 'globalThis', pattern: /\bglobalThis\b/ },
  { what: "the machine's locale or zone", pattern: /\.toLocale\w*\(\s*\)|\bIntl\.DateTimeFormat\(\s*\)|\.getTimezoneOffset\(/ },
  { what: 'a chat platform by name', pattern: /slack|\bteams\b/i },
];

const { root } = options();
const files = filesUnder(root, 'src/core', '.ts');
let found = 0;
for (const file of files) {
  for (const [i, line] of readFileSync(join(root, file), 'utf8').split('\n').entries()) {
    for (const { what, pattern } of forbidden) {
      if (!pattern.test(line)) continue;
      found += 1;
      console.error(`${file}:${i + 1}: ${what} has no place in the core: ${line.trim()}`);
    }
  }
}
console.log(`${files.length} files, ${found} findings`);
process.exit(found > 0 || files.length === 0 ? 1 : 0);
