import { slipsTo } from './near.ts';
import type { Entitlement } from './policy.ts';

/**
 * Entitlements in which somebody may find what they typed, best first: by name, then by title, then by anything that is said of
 * them, near misses last. Nothing typed: all, by name.
 */
export function search(entitlements: Iterable<Entitlement>, typed: string): readonly Entitlement[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  return [...entitlements]
    .map((entitlement) => ({ entitlement, rank: rankOf(entitlement, words) }))
    .filter((found): found is { entitlement: Entitlement; rank: number } => found.rank !== null)
    .sort((a, b) => a.rank - b.rank || (a.entitlement.name < b.entitlement.name ? -1 : 1))
    .map((found) => found.entitlement);
}

/** Smaller is better; null: not what was typed. Every word has to be found somewhere. */
function rankOf(entitlement: Entitlement, words: readonly string[]): number | null {
  const ranks = words.map((word) => rankOfWord(entitlement, word));
  return ranks.includes(null) ? null : ranks.reduce<number>((sum, rank) => sum + (rank ?? 0), 0);
}

function rankOfWord({ name, title, description, cluster, database }: Entitlement, word: string): number | null {
  if (name === word) return 0;
  if (name.startsWith(word)) return 1;
  if (name.includes(word)) return 2;
  if (title.toLowerCase().includes(word)) return 3;
  if ([description, cluster, database].some((text) => text.toLowerCase().includes(word))) return 4;
  const parts = [name, ...name.split('-'), ...title.toLowerCase().split(/\s+/)];
  const slips = parts.map((part) => slipsTo(word, part)).filter((n) => n !== null);
  return slips.length === 0 ? null : 5 + Math.min(...slips);
}
