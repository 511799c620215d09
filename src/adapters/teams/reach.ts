/** Whether the bot is in a conversation, asked for everybody who files a request: those who come together hear the same answer. */

import { Fault } from '../../core/errors.ts';
import type { Chat } from '../../core/ports.ts';
import { refused } from './call.ts';

/**
 * A yes is good for so long; a no is not kept: whoever has just mended it is not told the old one. Looks are limited by conversation too: 14 a
 * second, 120 in thirty seconds (learn.microsoft.com, "rate-limit", "Get conversation members").
 */
const goodFor = 2_000;

/** @param look throws Fault when the bot may not look, or there is nothing to look at */
export function reaching(look: (conversation: string) => Promise<void>): Chat['reach'] {
  const looks = new Map<string, { readonly until: number; readonly found: ReturnType<Chat['reach']> }>();
  return (conversation) => {
    const now = performance.now();
    for (const [name, { until }] of looks) if (until < now) looks.delete(name);
    const known = looks.get(conversation);
    if (known !== undefined) return known.found;
    const found = lookAt(look(conversation)).then((is) => {
      if (is !== 'ok') looks.delete(conversation);
      return is;
    });
    looks.set(conversation, { until: now + goodFor, found });
    return found;
  };
}

async function lookAt(look: Promise<void>): ReturnType<Chat['reach']> {
  try {
    await look;
    return 'ok';
  } catch (error) {
    const status = refused(error)?.status;
    if (!(error instanceof Fault) || (status !== 403 && status !== 404)) throw error;
    return status === 403 ? 'not_in' : 'gone';
  }
}
