// Loaded into the bot ahead of it by the row on memory: at SIGUSR2 everything that nobody needs is collected, and what is left is
// written down. `gc` is had through a flag set while running, so that the bot starts with no flag that production has not.
import { appendFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc');

async function say() {
  // Twice, with a turn between them: what the first lets go of by finalizers is found by the second.
  for (let i = 0; i < 2; i += 1) {
    gc();
    await new Promise((go) => setTimeout(go, 200));
  }
  appendFileSync(process.env.BENCH_MEMORY_FILE, `${JSON.stringify(process.memoryUsage())}\n`);
}

process.on('SIGUSR2', () => void say());
