/** Programs of the bench in processes of their own: what is measured must not share an event loop with what it is measured against. */

import { type ChildProcess, fork } from 'node:child_process';
import { endWithUs } from '../../src/sandbox/postgres/guard.ts';

export interface Child<Ask, Answer> {
  /** Sends one message and waits for the one that comes back. One at a time. */
  ask(message: Ask): Promise<Answer>;
  stop(): Promise<void>;
}

/**
 * @param file a TypeScript file that answers each message with one: see `serve`
 * @param env beside our own
 */
export function startChild<Ask extends object, Answer>(
  file: URL,
  env: Readonly<Record<string, string>> = {},
): Child<Ask, Answer> {
  const child: ChildProcess = fork(file, {
    execArgv: ['--import', import.meta.resolve('tsx')],
    detached: true,
    env: { ...process.env, ...env },
  });
  const letGo = child.pid === undefined ? () => undefined : endWithUs(child.pid);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  void ended.then(letGo);
  return {
    ask: (message) =>
      new Promise((resolve, reject) => {
        const gone = (code: number | null): void => reject(new Error(`${file.pathname} ended with ${code}`));
        child.once('exit', gone);
        child.once('message', (answer: { readonly ok: Answer } | { readonly failed: string }) => {
          child.off('exit', gone);
          if ('failed' in answer) reject(new Error(answer.failed));
          else resolve(answer.ok);
        });
        child.send(message);
      }),
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** The child's side: answers each message. */
export function serve<Ask, Answer>(work: (message: Ask) => Promise<Answer>): void {
  process.on('message', (message) => {
    work(message as Ask).then(
      (ok) => process.send?.({ ok: ok ?? null }),
      (error: unknown) => process.send?.({ failed: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
  });
  process.on('disconnect', () => process.exit(0));
}
