/** The bot, writing down what it sends. */

import { join } from 'node:path';
import type { BenchWorld } from './world.ts';

const recorder = new URL('../inside/tape.mjs', import.meta.url);

/** The sweep would only write into the tape: nothing is lost here that it would have to find. */
export const tapeEnv = { NODE_OPTIONS: `--import=${recorder.href}`, BENCH_TAPE_FILE: 'tape.jsonl', SWEEP_SECONDS: '3600' };

export const tapeFile = ({ dir }: BenchWorld): string => join(dir, 'tape.jsonl');

/** From now on the bot writes nothing down. */
export const endTape = ({ sandbox }: BenchWorld): void => void process.kill(sandbox.bot.pid(), 'SIGUSR2');
