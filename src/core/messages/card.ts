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

/** A card's words without looks, in reading order, times in UTC: the fallback for notifications and screen readers. Buttons are left out. */
export function plainText(card: Card): string {
  const lines = [runs(card.title)];
  for (const block of card.blocks) {
    switch (block.kind) {
      case 'text':
      case 'note':
        lines.push(runs(block.text));
        break;
      case 'facts':
        lines.push(...block.facts.map((f) => `${f.label}: ${runs(f.text)}`));
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

/** Runs as plain text, times in UTC. */
export function runs(text: Text): string {
  return text
    .map((run) => {
      if (typeof run === 'string') return run;
      if ('strong' in run) return run.strong;
      if ('code' in run) return run.code;
      return utc(run.at, run.style);
    })
    .join('');
}

/** `14:03 UTC`, or `2026-11-24 14:03 UTC`. */
export function utc(at: Date, style: 'time' | 'date'): string {
  const iso = at.toISOString();
  return `${style === 'date' ? `${iso.slice(0, 10)} ` : ''}${iso.slice(11, 16)} UTC`;
}
