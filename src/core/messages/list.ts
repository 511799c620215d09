import { criterionText } from '../policy/facts.ts';
import type { Entitlement } from '../policy/policy.ts';
import { pressable } from '../request/buttons.ts';
import type { Finding } from '../request/request.ts';
import type { Block, Card } from './card.ts';

/** How much of it one answer shows: the rest is found by searching. */
const most = { may: 30, needs: 6, names: 8 };

/** What somebody may ask for. */
export interface Offered {
  readonly entitlement: Entitlement;
  /** What the person has of it; null: nothing. */
  readonly now: 'have' | 'waiting' | null;
}

/**
 * What may be asked for, and what may not.
 *
 * @param what.against what stands against this person beside roles: a disabled account, a SQL user that is somebody else's
 * @param what.search empty: everything
 */
export function list(what: {
  readonly may: readonly Offered[];
  readonly mayNot: readonly Entitlement[];
  readonly against: readonly Finding[];
  readonly search: string;
}): Card {
  const { may, mayNot, against, search } = what;
  const rest = may.length - most.may;
  const said = against.map((f): Block => ({ kind: 'text', text: [f.says] }));
  return {
    title: [titleOf(may.length, short(search))],
    blocks: [
      ...(may.length === 0 ? said : []),
      ...offered(may.slice(0, most.may)),
      ...(rest > 0
        ? [
            {
              kind: 'note' as const,
              text: [`And ${rest} more. Narrow it down: `, { typed: 'list <text>' }, '.'],
            },
          ]
        : []),
      ...needed(mayNot),
      ...(may.length === 0 ? [] : said),
      ...(may.length === 0
        ? []
        : [{ kind: 'buttons' as const, buttons: [{ id: 'ask' as const, label: pressable.ask.label, about: '' }] }]),
    ],
  };
}

function titleOf(count: number, search: string): string {
  const some = count === 1 ? '1 entitlement' : `${count} entitlements`;
  if (search === '') return count === 0 ? 'There is nothing that you may ask for now.' : `You may ask for ${some}.`;
  return count === 0 ? `Nothing that you may ask for holds "${search}".` : `You may ask for ${some} with "${search}".`;
}

const standing = { have: ' · you have it', waiting: ' · waiting' } as const;

function offered(may: readonly Offered[]): Block[] {
  if (may.length === 0) return [];
  return [
    {
      kind: 'facts',
      facts: may.map(({ entitlement: e, now }) => ({
        label: e.name,
        text: [`${e.title} · on ${e.cluster}${now === null ? '' : standing[now]}`],
      })),
    },
  ];
}

/** What may not be asked for, by the role that it takes. */
function needed(mayNot: readonly Entitlement[]): Block[] {
  if (mayNot.length === 0) return [];
  const byNeed = new Map<string, Entitlement[]>();
  for (const e of mayNot) {
    const need = criterionText(e.eligible);
    byNeed.set(need, [...(byNeed.get(need) ?? []), e]);
  }
  const shown = [...byNeed].slice(0, most.needs);
  const rest = byNeed.size - shown.length;
  return [
    {
      kind: 'text',
      text: [
        `${mayNot.length} ${mayNot.length === 1 ? 'other is' : 'others are'} not for you to ask for. The people who run the directory can change that:`,
      ],
    },
    {
      kind: 'facts',
      facts: [
        ...shown.map(([need, all]) => ({ label: `With ${need}`, text: [named(all)] })),
        ...(rest > 0 ? [{ label: 'And', text: [`${rest} other roles or groups`] }] : []),
      ],
    },
  ];
}

function named(all: readonly Entitlement[]): string {
  const names = all.slice(0, most.names).map((e) => e.name);
  return `${names.join(', ')}${all.length > names.length ? ` and ${all.length - names.length} more` : ''}`;
}

function short(text: string): string {
  const points = [...text];
  return points.length > 40 ? `${points.slice(0, 40).join('')}…` : text;
}
