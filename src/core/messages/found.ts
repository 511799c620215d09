/** What checks found, as facts of a card: the worst first, what to do beside it. */

import type { Check } from '../cluster/report.ts';
import { pressable } from '../request/buttons.ts';
import type { Block, Text } from './card.ts';
import { labels, planStep } from './checks.ts';
import { cut } from './cut.ts';

/** How many characters a check may have: of one cluster alone, and of one among many, since no platform's message holds more than some 9,000. */
export interface Room {
  readonly fact: number;
  readonly step: number;
}
export const alone: Room = { fact: 440, step: 260 };
export const among: Room = { fact: 170, step: 60 };

export function wrongBlocks(wrong: readonly Check[], limit: number, room: Room): Block[] {
  if (wrong.length === 0) return [];
  const rest = wrong.length - limit;
  return [
    facts(wrong.slice(0, limit), room, (check) => ` (${check.standing})`),
    ...(rest > 0 ? [{ kind: 'note' as const, text: [`And ${rest} more under `, { strong: pressable.checks.label }, '.'] }] : []),
  ];
}

/** Said once, whatever it is for. */
export function planLine(checks: readonly Check[]): Block[] {
  return checks.some(({ next }) => next?.startsWith(planStep)) ? [{ kind: 'text', text: [`→ ${planStep}`] }] : [];
}

/** The next step stands with what it is for, but for Plan, which is the same for all. A platform cuts a fact, so what was found gives way. */
export function facts(checks: readonly Check[], room: Room, mark: (check: Check) => string): Block {
  return {
    kind: 'facts',
    facts: checks.map((check) => {
      const step = cut(ownStep(check), room.step);
      const where: Text = check.sql.length === 0 || room !== alone ? [] : [' (under ', { strong: pressable.checks.label }, ')'];
      return {
        label: `${labels[check.id]}${mark(check)}`,
        text: [cut(check.found, room.fact - step.length), ...(step === '' ? [] : [` → ${step}`, ...where])],
      };
    }),
  };
}

function ownStep({ next: step }: Check): string {
  if (step === null) return '';
  return step.startsWith(planStep) ? step.slice(planStep.length).trim() : step;
}
