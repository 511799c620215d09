/** What the bot sends to be shown: text, blocks, metadata, views. */

import { faultsOf, tooLong } from './blocks.ts';
import { isObject, type Json } from './checks.ts';
import { Refused, refusedFor } from './refused.ts';
import { viewFaults, viewTooLarge } from './view-faults.ts';

export const text = (value: unknown): string =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';

/** Text and blocks as posted. Longer text is cut by Slack (docs.slack.dev/changelog/2018-04-truncating-really-long-messages). */
export function content(args: Json, most: number): { text: string; blocks: Json[] } {
  const blocks = args.blocks === undefined ? [] : unpacked(args.blocks, 'invalid_blocks_format');
  const faults = faultsOf(blocks);
  if (faults.length > 0) throw refusedFor('invalid_blocks', faults);
  if (tooLong(blocks)) throw new Refused('msg_blocks_too_long');
  const words = text(args.text);
  const made = named(blocks as Json[]);
  if (words === '' && made.length === 0) throw new Refused('no_text');
  return { text: words.slice(0, most), blocks: made };
}

/** A view as sent, each block and element with an id. @throws Refused `invalid_arguments`, `view_too_large` */
export function viewContent(sent: unknown, type: 'modal' | 'home', at = '/view'): Json {
  const view = sent === undefined ? undefined : unpacked(sent, 'invalid_arguments');
  const faults = viewFaults(view, type, at);
  if (faults.length > 0) throw refusedFor('invalid_arguments', faults);
  if (viewTooLarge(view as Json)) throw new Refused('view_too_large');
  return { ...(view as Json), blocks: named((view as { blocks: Json[] }).blocks) };
}

/** Slack gives ids to what has none. */
function named(blocks: readonly Json[]): Json[] {
  return blocks.map((block, i) => {
    const id = block.block_id ?? `b${i}`;
    const { element } = block;
    return isObject(element) && element.action_id === undefined
      ? { ...block, block_id: id, element: { ...element, action_id: `a${i}` } }
      : { ...block, block_id: id };
  });
}

/** docs.slack.dev/messaging/message-metadata: an event type and a flat-ish payload. */
export function metadataOf(args: Json): Json | null {
  if (args.metadata === undefined) return null;
  const metadata = unpacked(args.metadata, 'invalid_metadata_format') as Json;
  const { event_type: type, event_payload: payload } = metadata;
  if (typeof type !== 'string' || typeof payload !== 'object' || payload === null) throw new Refused('invalid_metadata_schema');
  return { event_type: type, event_payload: payload };
}

/** Forms carry objects as JSON text. */
function unpacked(value: unknown, code: string): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    throw new Refused(code);
  }
}
