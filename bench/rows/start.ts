import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { median } from '../harness/figures.ts';
import { inTurns } from '../harness/rounds.ts';
import type { Row, Size } from '../harness/row.ts';
import { built, type BenchWorld, pause, root, startWorld } from '../rig/world.ts';

const sizes: { readonly [S in Size]: number } = { full: 15, quick: 2 };

/** A bot that is started on a store that is there, and the packages that package.json names for it, imported and nothing else. */
export const start: Row = {
  name: 'start',
  what: 'cold start to ready',
  floor: 'importing the named packages alone',
  reach: '≤ 1.5 × floor',
  async run(size, say) {
    const world = await startWorld({ crowd: 1 });
    try {
      await world.sandbox.bot.stop();
      const packages = Object.keys((JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Package).dependencies);
      const program = packages.map((name) => `import ${JSON.stringify(name)};`).join('\n');
      const seen = await inTurns(sizes[size], {
        floor: () => lifeOf(['--input-type=module', '--eval', program], {}),
        subject: () => untilReady(world),
      });
      say(`${packages.length} packages`);
      const [bot, bare] = [median(seen.subject), median(seen.floor)];
      return {
        bounds: [{ of: 'median', value: bot / bare, limit: 1.5 }],
        conditions: [],
        figures: {
          'bot median ms': bot,
          'floor median ms': bare,
          'bot best ms': Math.min(...seen.subject),
          'floor best ms': Math.min(...seen.floor),
        },
      };
    } finally {
      await world.stop();
    }
  },
};

interface Package {
  readonly dependencies: Readonly<Record<string, string>>;
}

/** Milliseconds that a program runs. @throws Error with its code when that is not 0 */
function lifeOf(args: readonly string[], env: Readonly<Record<string, string>>): Promise<number> {
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'ignore', 'inherit'] });
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve(performance.now() - began) : reject(new Error(`the imports ended with ${code}`)),
    );
  });
}

/** Milliseconds from the start of the process to the first `/readyz` that says yes. The bot is ended again. */
async function untilReady({ sandbox }: BenchWorld): Promise<number> {
  const began = performance.now();
  const child = spawn(process.execPath, [join(built, 'main.js')], { env: { ...sandbox.botEnv }, stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  try {
    while (!(await saysReady(sandbox.facts.bot.readyUrl))) {
      if (child.exitCode !== null || performance.now() - began > 60_000)
        throw new Error(`the bot did not start (${child.exitCode})`);
      await pause(5);
    }
    return performance.now() - began;
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}

const saysReady = (url: string): Promise<boolean> =>
  fetch(url).then(
    async (res) => {
      await res.arrayBuffer();
      return res.ok;
    },
    () => false,
  );
