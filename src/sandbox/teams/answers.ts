/** What a bot may answer to an invoke, and what comes of it for the person. */
import { cardFaults } from './card-faults.ts';
import { cardType } from './content.ts';
import type { Delivered } from './deliver.ts';
import { isObject, type Json, list, word } from './json.ts';
import type { Acted, TeamsChoice } from './screen.ts';
import type { Message } from './tenant.ts';
import type { Views } from './views.ts';

/** Pressed, or run by Teams itself to refresh a card. */
export type Trigger = 'manual' | 'automatic';

const words = 'application/vnd.microsoft.activity.message';
const wrong = 'application/vnd.microsoft.error';

/** The answer to an `adaptiveCard/action` (learn.microsoft.com, "universal-action-model", "Response format"): shown to this person alone. */
export function shownTo(as: string, message: Message, { status, body }: Delivered, trigger: Trigger, views: Views): Acted {
  const { type, value, statusCode } = jsonOf(body);
  const code = typeof statusCode === 'number' ? statusCode : status;
  if (code >= 400 || type === wrong)
    return { ok: false, status: code, error: isObject(value) ? word(value.message) : 'Something went wrong. Please try again.' };
  if (type === cardType && isObject(value)) {
    const faults = cardFaults(value, 'value');
    if (faults.length > 0) return { ok: false, status, error: `Unable to reach app: ${faults.join('; ')}` };
    views.show(as, message, value);
    return { ok: true, status };
  }
  if (type === words) {
    // Nobody waits for what a refresh by itself has to say.
    if (trigger === 'manual') views.say(as, message, word(value));
    return { ok: true, status, said: word(value) };
  }
  if (type !== undefined) return { ok: false, status, error: `Unable to reach app: an answer of type ${JSON.stringify(type)}` };
  return { ok: true, status };
}

/** A dropdown shows 15 (learn.microsoft.com, "dynamic-search", note). */
const mostOffered = 15;

/**
 * The answer to an `application/search` (same page, "Response").
 *
 * @throws when it is none
 */
export function offeredIn({ body, error }: Delivered): TeamsChoice[] {
  if (error !== undefined) throw new Error(`the bot offers nothing: ${error}`);
  const { type, value } = jsonOf(body);
  if (type !== 'application/vnd.microsoft.search.searchResponse' || !isObject(value))
    throw new Error(`the bot answered with ${JSON.stringify(type)} instead of a search response`);
  return list(value.results)
    .slice(0, mostOffered)
    .map((result) => ({ value: word(result.value), title: word(result.title) }));
}

export function acted({ status, error }: Delivered): Acted {
  return error === undefined ? { ok: true, status } : { ok: false, status, error };
}

function jsonOf(text: string): Json {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}
