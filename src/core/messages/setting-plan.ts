/** The plan for a cluster's settings, in the form that applies it, and what is answered to whoever does. */

import type { Paused, SettingChange } from '../ports.ts';
import type { Block, Card, Text } from './card.ts';
import type { Form } from './form.ts';
import { type ByHand, byHandBlocks, changeFacts, effectFacts, type Effects, sqlBlocks, type Told } from './setting-words.ts';
import { pausedSince } from './watch.ts';

export interface PlanTold extends Effects {
  readonly cluster: string;
  readonly told: readonly Told[];
  /** One statement a setting, in the order of writing. */
  readonly sql: readonly string[];
  readonly byHand: readonly ByHand[];
  readonly notes: readonly string[];
  readonly paused: Paused | null;
  /** The bot has a settings credential for this cluster. */
  readonly writable: boolean;
  /** Another change of this cluster that waits for admins. */
  readonly open: SettingChange | null;
}

const form = (cluster: string, blocks: readonly Block[]): Form => ({
  id: 'plan',
  title: `Plan for ${cluster}`.slice(0, 24),
  blocks,
  fields: [],
  submit: null,
  about: cluster,
});

const text = (...runs: Text): Block => ({ kind: 'text', text: runs });
const note = (says: string): Block => ({ kind: 'note', text: [says] });

/** At once, before anything was read. */
export function planning(cluster: string): Form {
  return form(cluster, [note(`${cluster} is being read, and who could log in before and after is being worked out.`)]);
}

/** Something did not answer: nothing is known, and nothing can be applied. */
export function noPlan(cluster: string, says: string): Form {
  return form(cluster, [text(`There is no plan: ${says}.`), text('Nothing was changed. Open this again in a minute.')]);
}

/**
 * The plan, with what it would do.
 *
 * @param about what comes back when it is applied: the cluster, and which plan it is
 */
export function planForm(plan: PlanTold, about: string): Form {
  const { cluster, told, byHand, notes, open, writable } = plan;
  const canApply = told.length > 0 && writable && open === null;
  return {
    ...form(cluster, [
      ...(told.length === 0 ? nothingToDo(plan) : whatChanges(plan)),
      ...byHandBlocks(byHand, cluster),
      ...notes.map(note),
      ...whileWaiting(open),
      ...whilePaused(plan.paused),
    ]),
    submit: canApply ? 'Apply' : null,
    about: canApply ? about : cluster,
  };
}

function nothingToDo({ cluster, byHand }: PlanTold): Block[] {
  if (byHand.length > 0) return [text(`There is nothing on `, { strong: cluster }, ' that the bot could write.')];
  return [text({ strong: cluster }, ' is as it should be: there is nothing to do.')];
}

function whatChanges(plan: PlanTold): Block[] {
  const { cluster, told, sql, loses, othersLose, writable } = plan;
  const takes = loses.length + othersLose.length > 0;
  return [
    text({ strong: `${told.length} ${told.length === 1 ? 'setting' : 'settings'} of ${cluster}` }, ' would be written:'),
    ...changeFacts(told),
    ...effectFacts(plan),
    ...(writable && takes
      ? [text('Somebody would lose a login, so a second, different admin has to confirm it in the admins’ channel.')]
      : []),
    ...(writable ? [] : [text(...runIt(cluster))]),
    ...sqlBlocks(sql, cluster),
    note('Whatever others have configured in these settings stays byte for byte.'),
  ];
}

/** Who runs what, where the bot itself may not. */
export const runIt = (cluster: string): Text => [
  `The bot has no settings credential for ${cluster}. An admin of the cluster, or a SQL user with MODIFYCLUSTERSETTING, runs these one by one, in this order:`,
];

const whilePaused = (paused: Paused | null): Block[] =>
  paused === null ? [] : [note(`Mind: ${pausedSince(paused)}. What an admin applies is written all the same.`)];

const whileWaiting = (open: SettingChange | null): Block[] =>
  open === null
    ? []
    : [
        text(
          'Another change of this cluster waits for the admins: ',
          { code: open.id },
          '. It is decided on its card, or lapses, before the next.',
        ),
      ];

// ── answers to whoever applied it ────────────────────────────────────────────────────────────────────────────────────────────

const answer = (title: Text, ...blocks: readonly Block[]): Card => ({ title, blocks });

export function notForYou(cluster: string, admins: string): Card {
  return answer(
    [`Plans for ${cluster} are for the admins of this bot, and you are not one of them.`],
    text(`An admin is somebody with an enabled account who holds ${admins}. Ask one of them.`),
  );
}

export function noSuchCluster(cluster: string, known: readonly string[]): Card {
  return answer(
    [`I know no cluster "${cluster.slice(0, 40)}", so nothing was done.`],
    text(`There is: ${known.slice(0, 12).join(', ')}.`),
  );
}

export function silent(cluster: string, says: string): Card {
  return answer([`Nothing was written to ${cluster}: something did not answer. Open the plan again in a minute.`], text(says));
}

export function nothingLeft(cluster: string): Card {
  return answer([`There is nothing to do on `, { strong: cluster }, ': it is as it should be. Nothing was written.']);
}

export function anotherPlan(cluster: string): Card {
  return answer(
    ['Nothing was written: the plan for ', { strong: cluster }, ' is another one by now.'],
    text('Something has changed since you opened it. Open it again, read it, and apply that.'),
  );
}

export function noCredential(cluster: string): Card {
  return answer([`Nothing was written: the bot has no settings credential for ${cluster}. The plan has what to run.`]);
}

export function waiting(change: SettingChange, filed: boolean): Card {
  const id = { code: change.id };
  if (!filed)
    return answer(['Nothing was written: another change of ', { strong: change.cluster }, ' waits for the admins: ', id, '.']);
  return answer(
    ['It waits for a second admin: somebody would lose a login on ', { strong: change.cluster }, ' by it.'],
    text(
      'Its card is in the admins’ channel. Another admin confirms it there by ',
      { at: change.deadline, style: 'date' },
      '. Nothing is written before. Change ',
      id,
      '.',
    ),
  );
}

export function goesOn(change: SettingChange, says: string): Card {
  return answer(
    ['Begun on ', { strong: change.cluster }, ', and not finished yet.'],
    text(says),
    text('The bot goes on by itself. Change ', { code: change.id }, '.'),
  );
}

export function over(change: SettingChange, told: readonly Told[], paused: Paused | null): Card {
  const id: Block = {
    kind: 'note',
    text: [
      'Change ',
      { code: change.id },
      '. ',
      { code: `npm run -s cli -- rollback --cluster ${change.cluster}` },
      ' takes it back.',
    ],
  };
  if (change.state === 'applied')
    return answer(
      ['Applied on ', { strong: change.cluster }, ', and read back.'],
      ...changeFacts(told),
      ...whilePaused(paused),
      id,
    );
  return answer(
    [`The change of `, { strong: change.cluster }, ` is ${change.state}.`],
    ...(change.says === null ? [] : [text(change.says)]),
    { kind: 'note', text: ['Change ', { code: change.id }, '.'] },
  );
}
