import { createHash } from 'node:crypto';
import type { Linter, MapLint } from '../../core/ports.ts';
import { openThread } from './thread.ts';

/** Beyond what a map may cost (core/identity/lint) on a machine that has little time to spare. */
const deadlineSeconds = 5;

/** A thread has no loader of TypeScript: it runs what was built, also beside a program that is run from its sources. */
const built = import.meta.url.endsWith('.ts') ? '../../../dist/adapters/linter/worker.js' : './worker.js';

/** Answers kept: the same map is looked at every few minutes, and nothing of it has changed. */
const mostKept = 32;

/**
 * The lint in a thread of its own, so that a map that is dear to read holds up nobody. The last answers are remembered by what was
 * asked; what is asked twice at once is answered once.
 *
 * @param o.program what runs in the thread; left out: worker.ts, as it was built
 */
export function openLinter(o: { readonly seconds?: number; readonly program?: URL } = {}): Linter & { close(): Promise<void> } {
  const program = o.program ?? new URL(built, import.meta.url);
  const thread = openThread({ program, what: 'reading the map', seconds: o.seconds ?? deadlineSeconds });
  const answers = new Map<string, Promise<string>>();
  return {
    async lint(question) {
      const asked = JSON.stringify(question);
      const key = createHash('sha256').update(asked).digest('base64');
      const answer = answers.get(key) ?? thread.ask(asked);
      answers.delete(key);
      answers.set(key, answer);
      const [oldest] = answers.keys();
      if (answers.size > mostKept && oldest !== undefined) answers.delete(oldest);
      try {
        const told: MapLint = JSON.parse(await answer);
        return told;
      } catch (fault) {
        if (answers.get(key) === answer) answers.delete(key);
        throw fault;
      }
    },
    close: () => thread.close(),
  };
}
