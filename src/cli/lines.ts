/** What commands print for people: a fact a line, labels in one column, nothing wider than it has to be. */

import { utc as cardUtc } from '../core/messages/card.ts';
import type { MapPlan } from '../core/provisioning/map-plan.ts';

export type Fact = readonly [label: string, text: string];

export function factLines(facts: readonly Fact[]): string {
  const width = Math.max(...facts.map(([label]) => label.length));
  return facts.map(([label, text]) => `  ${label.padEnd(width)}  ${printable(text)}\n`).join('');
}

/** Without what a terminal would obey (escapes, line breaks, text that runs backwards): names come from the directory and the cluster. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu, '\uFFFD');
}

/** Identities longer than this are patterns that spell out who is left out, which nobody reads. */
const longestIdentity = 90;

/** A row without its issuer, which all of them have. */
function rowText(row: string): string {
  const [, identity = '', user = ''] = row.split(/\s+/);
  const domain = /@[^@]*\$$/.exec(identity)?.[0] ?? '';
  const shown =
    identity.length <= longestIdentity
      ? identity
      : `/…${domain} (${identity.length} characters: every name but those that are taken)`;
  return `${shown} ${user}`;
}

/** What becomes of the identity map, row by row. */
export function mapFacts({ standing, gone, come }: MapPlan): readonly Fact[] {
  if (standing === null) return [['map', 'can not be read; an admin of the cluster has to look at it']];
  if (standing.length === 0)
    return [['map', 'has no rows of this bot yet; the first grant writes them, with these:'], ...added(come)];
  if (gone.length + come.length === 0) return [['map', 'stays as it is']];
  return [...gone.map((row): Fact => ['map  -', rowText(row)]), ...added(come)];
}

const added = (rows: readonly string[]): readonly Fact[] => rows.map((row): Fact => ['map  +', rowText(row)]);

/** `2026-11-24 18:30 UTC` */
export const utc = (at: Date): string => cardUtc(at, 'date');

/** `slack C0ADMINS, teams 19:…` */
export const channelsText = (channels: Readonly<Record<string, string>>): string =>
  Object.entries(channels)
    .map(([platform, id]) => `${platform} ${id}`)
    .join(', ');
