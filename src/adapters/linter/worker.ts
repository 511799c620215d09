/** What runs in the thread: one question after the other, each a text, each answer as well. */

import { parentPort } from 'node:worker_threads';
import { worstLines } from '../../core/identity/lint/worst.ts';
import type { MapQuestion } from '../../core/ports.ts';

parentPort?.on('message', (asked: string) => {
  const question: MapQuestion = JSON.parse(asked);
  parentPort?.postMessage(JSON.stringify(worstLines(question)));
});
