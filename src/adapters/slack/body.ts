/** What a signed body holds, before Bolt sees it. */

import { commandShape, eventShape, interactionShape, isObject, type Shape } from './shape.ts';

type ContentType = 'application/x-www-form-urlencoded' | 'application/json';

export type Body =
  | Exclude<Shape, { readonly kind: 'bolt' }>
  /** Bolt compares the content type as a whole: without a charset. */
  | { readonly kind: 'bolt'; readonly contentType: ContentType; readonly question: boolean };

const form = 'application/x-www-form-urlencoded';
const json = 'application/json';
const refused = (why: string): Body => ({ kind: 'refused', why });

/** Slack's own check of the address: unsigned by design, answered without looking further. */
export function isSslCheck(contentType: string | undefined, raw: Buffer): boolean {
  return mediaType(contentType) === form && new URLSearchParams(raw.toString()).get('ssl_check') === '1';
}

/** @param raw a body whose signature was checked */
export function bodyOf(contentType: string | undefined, raw: Buffer): Body {
  if (raw.length === 0) return refused('empty body');
  const text = raw.toString('utf8');
  if (!Buffer.from(text, 'utf8').equals(raw)) return refused('body is not UTF-8');
  const media = mediaType(contentType);
  if (media === json) return jsonBody(parsed(text));
  if (media !== form) return refused('neither a form nor JSON');
  const fields = new URLSearchParams(text);
  for (const name of fields.keys()) if (fields.getAll(name).length > 1) return refused('a form field comes twice');
  const payload = fields.get('payload');
  const interaction = payload === null ? null : parsed(payload);
  const shape = payload === null ? commandShape(Object.fromEntries(fields)) : interactionShape(interaction);
  const question = isObject(interaction) && interaction.type === 'block_suggestion';
  return shape.kind === 'bolt' ? { kind: 'bolt', contentType: form, question } : shape;
}

function jsonBody(body: unknown): Body {
  if (!isObject(body) || typeof body.type !== 'string') return refused('JSON without a type');
  if (body.type === 'url_verification') {
    return typeof body.challenge === 'string'
      ? { kind: 'bolt', contentType: json, question: false }
      : refused('a verification without a challenge');
  }
  const shape = eventShape(body);
  return shape.kind === 'bolt' ? refused('not an event') : shape;
}

function mediaType(contentType: string | undefined): string {
  return (contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
