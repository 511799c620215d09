// Compiles src to dist, bundles the sandbox's page for browsers, and copies what tsc does not: SQL migrations, the page's other files.
// --if-stale: only when a source is newer than the last build, so that `npm run cli` stays quick.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const src = join(root, 'src');
const dist = join(root, 'dist');
const stamp = join(dist, '.built');

const newestUnder = (dir) =>
  readdirSync(dir, { recursive: true, withFileTypes: true })
    .map((e) => statSync(join(e.parentPath ?? e.path, e.name)).mtimeMs)
    .reduce((a, b) => Math.max(a, b), statSync(dir).mtimeMs);

if (process.argv.includes('--if-stale')) {
  // An image holds dist alone: nothing to build, nothing to build with.
  if (!existsSync(src)) process.exit(0);
  const newest = Math.max(newestUnder(src), statSync(join(root, 'tsconfig.json')).mtimeMs);
  if (existsSync(stamp) && statSync(stamp).mtimeMs >= newest) process.exit(0);
}

const compiler = join(root, 'node_modules/typescript/bin/tsc');
if (!existsSync(compiler)) {
  // Installed without the development packages: what was built before is run as it is.
  if (process.argv.includes('--if-stale') && existsSync(stamp)) process.exit(0);
  process.stderr.write('there is no build and no compiler: run `npm ci` with the development packages, then `npm run build`\n');
  process.exit(process.env['npm_lifecycle_event'] === 'prepare' ? 0 : 1);
}

const started = new Date();
rmSync(stamp, { force: true });
const tsc = spawnSync(process.execPath, [compiler, '-p', join(root, 'tsconfig.json')], {
  stdio: ['ignore', 2, 2],
  cwd: root,
});
if (tsc.status !== 0) process.exit(tsc.status ?? 1);
const copied = ['.sql', '.html', '.svg'];
cpSync(src, dist, { recursive: true, filter: (path) => statSync(path).isDirectory() || copied.includes(extname(path)) });
await bundlePage();
mkdirSync(dist, { recursive: true });
writeFileSync(stamp, '');
utimesSync(stamp, started, started);

/** The page's own files and preact in one file, its styles in another, as the browsers of the last years read them (docs/decisions/0007). */
async function bundlePage() {
  const web = join(src, 'sandbox/page/web');
  if (!existsSync(join(web, 'main.ts'))) return;
  const { build } = await import('esbuild');
  await build({
    entryPoints: [join(web, 'main.ts'), join(web, 'page.css')],
    outdir: join(dist, 'sandbox/page/web'),
    bundle: true,
    minify: true,
    sourcemap: true,
    format: 'esm',
    // Microsoft's renderer of cards may make no HTML of texts (src/sandbox/page/web/teams/no-html.ts).
    define: { 'window.trustedTypes': 'cardTrustedTypes' },
    inject: [join(web, 'teams/no-html.ts')],
    target: ['chrome123', 'firefox121', 'safari17.5'], // from these on there is light-dark() and :has()
    logLevel: 'warning',
  }).catch(() => process.exit(1)); // esbuild has said what is wrong, and where
}
