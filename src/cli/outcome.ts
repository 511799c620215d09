import type { SettingChange, World } from '../core/ports.ts';
import type { Outcome } from '../core/settings/change.ts';
import { channelsText, printable, utc } from './lines.ts';
import { stepLines } from './setting-lines.ts';

/** What became of a change, for people. */
export function outcomeText(world: World, outcome: Outcome): string {
  switch (outcome.kind) {
    case 'nothing':
      return 'Nothing was written: there is nothing to do.\n';
    case 'another':
      return 'Nothing was written: while this ran, the plan became another one. Run it again.\n';
    case 'no_credential':
      return 'Nothing was written: the bot has no settings credential for this cluster.\n';
    case 'waits':
      return waits(world, outcome.change, outcome.filed);
    case 'goes_on':
      return `Change ${outcome.change.id} is begun and not finished: ${printable(outcome.says)}. The bot goes on by itself; so does running this again.\n`;
    case 'over':
      return over(outcome.change);
  }
}

function waits({ policy }: World, { id, cluster, deadline, confirmed }: SettingChange, filed: boolean): string {
  const who = confirmed.length === 0 ? 'Two different admins have' : 'A second admin has';
  const says = filed
    ? `Filed as change ${id}; nothing is written yet.`
    : `Change ${id} of ${cluster} is open already; nothing was written.`;
  return `${says} ${who} to confirm it in the admins' channel (${channelsText(policy.admins.channels)}), by ${utc(deadline)}.\n`;
}

function over({ state, id, says, steps, cluster }: SettingChange): string {
  if (state !== 'applied') return `Change ${id} is ${state}. ${printable(says ?? '')}\n`;
  const undo = `\`npm run -s cli -- rollback --cluster ${cluster}\` takes it back.`;
  return `Written on ${cluster}, and read back, as change ${id}:\n\n${stepLines(steps)}\n${undo}\n`;
}

/** The same for machines. */
export function outcomeJson(outcome: Outcome) {
  return 'change' in outcome ? { outcome: outcome.kind, change: outcome.change } : { outcome: outcome.kind };
}
