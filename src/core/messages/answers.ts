import type { Finding } from '../request/request.ts';
import type { Card, Text } from './card.ts';

/** Short answers to whoever typed or pressed something. */

/** A first line, and what else there is to say, each on a line of its own. */
export function answer(title: Text, ...lines: readonly (string | Text)[]): Card {
  return { title, blocks: lines.map((line) => ({ kind: 'text', text: typeof line === 'string' ? [line] : line })) };
}

/** The directory did not answer: said before anything was decided. */
export function directoryUnavailable(doing: keyof typeof undone): Card {
  return answer([`The directory (Microsoft Graph) did not answer, ${undone[doing]}`]);
}

/** What did not happen, and how to do it again, by how it was done. */
const undone = {
  command: 'so nothing was filed. Type the command again in a minute.',
  press: 'so nothing was decided. Press again in a minute.',
  submit: 'so nothing was filed or decided. Open the form again in a minute.',
  home: 'so I can not show you anything. Open this page again in a minute.',
} as const;

/** The directory answered that the bot itself may not ask. Waiting does not help; an admin does. */
export function directoryRefused(says: string): Card {
  return answer(['The directory refused to tell me who you are, so nothing was done.'], [says, ' Tell the admins of this bot.']);
}

/** A click that does not count, with every reason. */
export function notYours(findings: readonly Finding[]): Card {
  const against = findings.filter((f) => !f.ok);
  const [first, ...rest] = against.map((f) => f.says);
  return answer([first ?? 'Your click was not counted.'], ...rest);
}

export function unknown(what: 'request' | 'proposal' | 'change', id: string): Card {
  return answer(
    [`Nothing was decided: I know no ${what} `, { code: id }, '.'],
    'The card may be from another installation of this bot.',
  );
}

export function foreignCard(id: string): Card {
  return answer(
    ['Nothing was decided: this button belongs to another card.'],
    ['Decide request ', { code: id }, ' on the card that I posted for it.'],
  );
}

/** Something that can't be read, or is not there. `suggestion`: what was most likely meant, to be typed instead. */
export function unclear(why: Text, suggestion: string | null): Card {
  return suggestion === null
    ? answer(why, ['Type ', { typed: 'help' }, ' for what I can do.'])
    : answer(['Did you mean ', { typed: suggestion }, '?'], why);
}

/** Somebody pressed Details who is neither its approver, nor its requester, nor an admin. */
export function notForYou(id: string): Card {
  return answer(
    ['The details of request ', { code: id }, ' are for its approvers, its requester and the admins.'],
    'Nothing was changed.',
  );
}

/** A form that could not be opened any more: platforms give a few seconds from the click. */
export function tooLateForForm(instead: Text): Card {
  return answer(['I was too slow to open the form, and nothing was done.'], instead);
}

/** A form came back without what it is for. */
export function nothingChosen(): Card {
  return answer(
    ['Nothing was asked for: no entitlement was chosen.'],
    ['Choose one in the form, or type ', { typed: 'request <entitlement>' }, '.'],
  );
}

/** Something was left out or too much: what to type. */
export function incomplete(why: string, type: string): Card {
  return answer([why], ['Type ', { typed: type }, '.']);
}

/** Why somebody is not known to be a person of this company. */
export function stranger(says: string): Card {
  return answer(["I can't tell who you are in the directory, so nothing was done."], says);
}

/** Something of ours kept failing: said once, when it is given up. */
export function failed(interactionId: string): Card {
  return {
    title: ['Something went wrong on my side, several times over, so what you did was not done.'],
    blocks: [
      { kind: 'text', text: ['Try it once more. If this comes again, tell the admins of this bot: they find why in the log.'] },
      { kind: 'note', text: ['In the log it is ', { code: interactionId }, '.'] },
    ],
  };
}
