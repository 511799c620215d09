import type { ButtonId } from '../request/buttons.ts';

/**
 * A neutral card: words and their order, no looks. Every string in it is plain text, whoever typed it: the renderer of a platform
 * escapes it, so that a value can never become a mention, a link or a button.
 */

/** A run of text. */
export type Run =
  | string
  /** Emphasis. */
  | { readonly strong: string }
  /** A name or value of a machine: UPN, role, setting. */
  | { readonly code: string }
  /** What to type for the bot, without what it is called by on a platform (`Chat.calledBy`). */
  | { readonly typed: string }
  /** A point in time, shown in the reader's zone where the platform can, else in UTC. `date`: with the day. */
  | { readonly at: Date; readonly style: 'time' | 'date' };

export type Text = readonly Run[];

export type Block =
  | { readonly kind: 'text'; readonly text: Text }
  /** Small print. */
  | { readonly kind: 'note'; readonly text: Text }
  /** A label and what is said of it, one a line. */
  | { readonly kind: 'facts'; readonly facts: readonly { readonly label: string; readonly text: Text }[] }
  /** Somebody's own words, set apart as such. */
  | { readonly kind: 'quote'; readonly label: string; readonly text: string }
  /** To be copied whole. */
  | { readonly kind: 'code'; readonly code: string }
  | { readonly kind: 'buttons'; readonly buttons: readonly Button[] };

export interface Button {
  readonly id: ButtonId;
  readonly label: string;
  readonly look?: 'primary' | 'danger';
  /** What it is about: the id of a request or a proposal, or an entitlement; empty: nothing in particular. */
  readonly about: string;
}

export interface Card {
  /** The first line: alone enough on a phone's lock screen, and the plain-text fallback's beginning. */
  readonly title: Text;
  readonly blocks: readonly Block[];
}

/**
 * A card's words without looks, in reading order, times in UTC: the fallback for notifications and screen readers. Buttons are left out.
 *
 * @param calledBy what people type in front of the bot's words where the card is shown
 */
export function plainText(card: Card, calledBy = commandName): string {
  const lines = [runs(card.title, calledBy)];
  for (const block of card.blocks) {
    switch (block.kind) {
      case 'text':
      case 'note':
        lines.push(runs(block.text, calledBy));
        break;
      case 'facts':
        lines.push(...block.facts.map((f) => `${f.label}: ${runs(f.text, calledBy)}`));
        break;
      case 'quote':
        lines.push(`${block.label}: ${block.text}`);
        break;
      case 'code':
        lines.push(block.code);
        break;
      case 'buttons':
        break;
    }
  }
  return lines.join('\n');
}

/** The bot's name, as it is typed where platforms have commands. */
export const commandName = '/crdb-access';

/** A word of the bot's as it is typed on a platform. */
export function spelled(typed: string, calledBy: string): string {
  return calledBy === '' ? typed : `${calledBy} ${typed}`;
}

/** Runs as plain text, times in UTC. */
export function runs(text: Text, calledBy: string): string {
  return text
    .map((run) => {
      if (typeof run === 'string') return run;
      if ('strong' in run) return run.strong;
      if ('code' in run) return run.code;
      if ('typed' in run) return spelled(run.typed, calledBy);
      return utc(run.at, run.style);
    })
    .join('');
}

/** Neighbouring plain runs as one. */
export function merged(text: Text): Run[] {
  const out: Run[] = [];
  for (const run of text) {
    const last = out.at(-1);
    if (typeof run === 'string' && typeof last === 'string') out[out.length - 1] = last + run;
    else out.push(run);
  }
  return out;
}

/** `14:03 UTC`, or `2026-11-24 14:03 UTC`. */
export function utc(at: Date, style: 'time' | 'date'): string {
  const iso = at.toISOString();
  return `${style === 'date' ? `${iso.slice(0, 10)} ` : ''}${iso.slice(11, 16)} UTC`;
}
