import type { Entitlement } from '../policy/policy.ts';
import type { Card } from './card.ts';

/** What can be typed and what can be asked for. `words`: the command grammar's table. */
export function help(
  command: string,
  words: readonly { usage: string; says: string }[],
  entitlements: Iterable<Entitlement>,
): Card {
  return {
    title: ['Ask for access to CockroachDB here, and log in with your Entra account: no database password.'],
    blocks: [
      ...words.map((w) => ({ kind: 'text' as const, text: [{ code: `${command} ${w.usage}` }, `: ${w.says}`] })),
      { kind: 'text', text: ['What can be asked for:'] },
      ...[...entitlements].map((e) => ({
        kind: 'text' as const,
        text: [{ strong: e.name }, ` · ${e.title}`, ` · on ${e.cluster}. ${e.description}`],
      })),
    ],
  };
}
