import { Fault } from '../errors.ts';
import { foreignCard, notYours, unknown } from '../messages/answers.ts';
import type { Card } from '../messages/card.ts';
import { closedChange, confirmedChangeBefore } from '../messages/setting-change.ts';
import { isAdmin, notAdmin, standsBeforeAdmins, stillAdmins } from '../policy/admins.ts';
import type { AuditEntry, DirectoryUser, PressedButton, SettingChange, Word, World } from '../ports.ts';
import { entry, isReady } from './carry-out.ts';

/**
 * An admin's word on a change that waits for one: `confirm_change` or `decline_change`. It counts when it comes from the card that was
 * posted for it, in time, from somebody who is an admin now; each person once, whoever asked for it in chat among them. With enough of
 * them it is written, after everything was looked at anew.
 *
 * @returns what to answer the person who pressed; null: the card itself says it
 * @throws Fault when the directory or the store does not answer: nothing was decided
 */
export async function decideChange(world: World, click: PressedButton, person: DirectoryUser): Promise<Card | null> {
  for (let tries = 0; tries < 5; tries += 1) {
    const change = await world.store.settingChanges.get(click.about);
    if (change === null) return unknown('change', click.about);
    const card = { places: change.posted?.places ?? [], called: `change ${change.id}` };
    if (!standsBeforeAdmins(world, card, click.place)) return foreignCard(change.id);
    const now = await world.store.now();
    if (change.state !== 'open' || isReady(change) || now >= change.deadline) return closedChange(change);
    if (!(await isAdmin(world, person))) return notYours([notAdmin(world)]);
    const word: Word = { by: { oid: person.oid, upn: person.upn, displayName: person.displayName }, at: now };
    const step = click.button === 'decline_change' ? declined(world, change, word) : await confirmed(world, change, word);
    if ('answer' in step) return step.answer;
    const saved = await world.store.settingChanges.save(step.next, step.audit);
    if (saved === null) continue;
    await world.jobs.add({ kind: 'setting_change', id: saved.id }).catch(() => undefined);
    return null;
  }
  throw new Fault('not_yet', 'later', `change ${click.about} kept changing while a word on it was to be saved`);
}

type Step = { readonly answer: Card } | { readonly next: SettingChange; readonly audit: readonly AuditEntry[] };

function declined(world: World, change: SettingChange, word: Word): Step {
  return {
    next: { ...change, state: 'declined', declined: word },
    audit: [entry(world, 'setting_change.declined', change, {}, word.by.oid)],
  };
}

async function confirmed(world: World, change: SettingChange, word: Word): Promise<Step> {
  const before = change.confirmed.find((one) => one.by.oid === word.by.oid);
  if (before !== undefined) return { answer: confirmedChangeBefore(change, before) };
  const words = [...(await stillAdmins(world, change.confirmed)), word];
  return {
    next: { ...change, confirmed: words },
    audit: [entry(world, 'setting_change.confirmed', change, { confirmed: words.map(({ by }) => by) }, word.by.oid)],
  };
}
