/** A thread beside the event loop that answers one text with another, and is ended when it takes too long. */

import { Worker } from 'node:worker_threads';
import { Fault } from '../../core/errors.ts';

export interface Thread {
  /**
   * What the thread makes of a text. Questions take turns; the deadline is the turn's own.
   *
   * @throws Fault `not_yet` when it takes longer, or the thread comes to an end: the next question has a new one
   */
  ask(text: string): Promise<string>;
  /** Ends it; what is asked now, or later, is a Fault. Safe to call twice. */
  close(): Promise<void>;
}

/** A program that grows beyond this has lost its way; it ends alone. */
const resourceLimits = { maxOldGenerationSizeMb: 384 };

/**
 * A thread that is begun when something is first asked. It keeps no process alive but while it is asked.
 *
 * @param o.program takes texts and posts one for each
 * @param o.what as it reads before "took longer": `reading the map`
 */
export function openThread(o: { readonly program: URL; readonly what: string; readonly seconds: number }): Thread {
  let worker: Worker | null = null;
  let turn: Promise<unknown> = Promise.resolve();
  let closed = false;

  function begun(): Worker {
    // Nothing of the bot’s environment and of how it was started is needed there, and some of it is secret.
    const begin = new Worker(o.program, { env: {}, execArgv: [], resourceLimits });
    begin.on('error', () => undefined); // between two questions there is nobody to tell
    begin.once('exit', () => {
      if (worker === begin) worker = null;
    });
    begin.unref();
    return begin;
  }

  async function answered(text: string): Promise<string> {
    if (closed) throw ended('the bot is stopping');
    worker ??= begun();
    const asked = worker;
    const end = new AbortController();
    try {
      return await new Promise<string>((answer, fail) => {
        const { signal } = end;
        const late = setTimeout(
          () => fail(new Fault('not_yet', 'later', `${o.what} took longer than ${o.seconds} s`)),
          o.seconds * 1000,
        );
        signal.addEventListener('abort', () => clearTimeout(late));
        const on = (event: 'message' | 'error' | 'exit', heard: (said: unknown) => void): void => {
          asked.once(event, heard);
          signal.addEventListener('abort', () => asked.off(event, heard));
        };
        on('message', (said) => answer(String(said)));
        on('error', (error) => fail(ended(nameOf(error))));
        on('exit', () => fail(ended('it was ended')));
        asked.ref();
        asked.postMessage(text);
      });
    } catch (fault) {
      // Whatever it is at, nobody waits for it any more.
      worker = null;
      void asked.terminate();
      throw fault;
    } finally {
      end.abort();
      asked.unref();
    }
  }

  function ended(why: string): Fault {
    return new Fault('not_yet', 'later', `${o.what} was broken off (${why})`);
  }

  return {
    ask(text) {
      const mine = turn.then(() => answered(text));
      turn = mine.catch(() => undefined);
      return mine;
    },
    async close() {
      closed = true;
      await worker?.terminate();
    },
  };
}

/** Of an error only its kind: its message may hold what was asked. */
const nameOf = (error: unknown): string =>
  error instanceof Error ? ('code' in error ? String(error.code) : error.name) : typeof error;
