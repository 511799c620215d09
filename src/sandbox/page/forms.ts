/** The API's calls that may open a form, and those about an open form and the bot's home. */

import { commandName } from '../../core/command/grammar.ts';
import { pressable } from '../../core/request/buttons.ts';
import type { Sandbox } from '../running.ts';
import { openedForm } from '../slack/opened.ts';
import type { ScreenModal } from '../slack/screen.ts';
import { pressables, shown } from '../slack/source.ts';
import type { SlackStandIn } from '../slack/start.ts';
import { type Answer, type Call, done, type Fields, inputIn, person, text, textIfAny, Wrong } from './call.ts';

/** How long a bot may take to open a form after what was typed or pressed: its trigger lives three seconds. */
const patience = 3_000;
/** A form with nothing to fill in and nothing to send may be one that is still being looked up. */
const settling = 3_000;

export const formCalls: { readonly [route: string]: Call } = {
  'POST /api/command': (sandbox, f) => {
    const as = person(sandbox, f);
    const typed = text(f, 'text');
    return mayOpen(sandbox, as, opensForm(typed), () => sandbox.slack.command(as, typed, textIfAny(f, 'channel')));
  },
  'POST /api/press': async (sandbox, f) => {
    const as = person(sandbox, f);
    const [message, button, value] = [text(f, 'message'), text(f, 'button'), textIfAny(f, 'value')];
    const input = f['input'] === undefined ? null : inputIn(f);
    const pressed = sandbox.slack.buttonIn(as, message, button, value);
    const opens = pressed !== null && formBehind(pressed);
    if (pressed !== null && !opens && input !== null) throw new Wrong(`input: "${button}" opens no form; leave input out`);
    const answer = await mayOpen(sandbox, as, opens, () => sandbox.slack.press(as, message, button, value));
    if (input === null || answer.status !== 200) return answer;
    return await submitted(sandbox, as, input);
  },
  'POST /api/submit': (sandbox, f) => submitted(sandbox, person(sandbox, f), inputIn(f)),
  'POST /api/dismiss': async (sandbox, f) => {
    const as = person(sandbox, f);
    if (sandbox.slack.screen(as).modal === null) return noForm;
    await sandbox.slack.dismiss(as);
    return { status: 200, body: { ok: true } };
  },
  'GET /api/modal': (sandbox, f) => {
    const { modal } = sandbox.slack.screen(person(sandbox, f));
    return { status: 200, body: { modal: modal === null ? null : openedForm(modal) } };
  },
  'GET /api/suggest': (sandbox, f) => suggested(sandbox, f),
  'GET /api/home': async (sandbox, f) => {
    const as = person(sandbox, f);
    const before = sandbox.slack.screen(as).home?.at;
    await sandbox.slack.openHome(as);
    const published = () => sandbox.slack.screen(as).home;
    await until(sandbox.slack, () => (published()?.at ?? before) !== before, patience);
    const home = published();
    if (home === null) return { status: 502, body: { ok: false, error: 'the bot published no home within three seconds' } };
    const buttons = pressables(home.blocks).map(({ id, label, value }) => ({ id, label, value }));
    return { status: 200, body: { ...shown({ text: '', blocks: home.blocks }), buttons, at: home.at } };
  },
};

const noForm: Answer = { status: 404, body: { ok: false, error: 'no form is open' } };

/** Nothing typed after the command, or `request` alone. */
const opensForm = (typed: string): boolean => new RegExp(`^${commandName}(\\s+request)?\\s*$`, 'i').test(typed);

function formBehind(id: string): boolean {
  return Object.hasOwn(pressable, id) && pressable[id as keyof typeof pressable].opens !== null;
}

/** Does something, and where a form may open after it, waits for that and says what stands in it. */
async function mayOpen(
  { slack }: Sandbox,
  as: string,
  opens: boolean,
  act: () => Promise<{ readonly ok: boolean; readonly status: number; readonly error?: string }>,
): Promise<Answer> {
  const before = slack.screen(as).modal?.id;
  const result = await act();
  if (!result.ok || !opens) return done(result);
  const modal = await formAfter(slack, as, before);
  return { status: 200, body: { ok: true, ...(modal === null ? {} : { modal: openedForm(modal) }) } };
}

async function formAfter(slack: SlackStandIn, as: string, before: string | undefined): Promise<ScreenModal | null> {
  const open = () => slack.screen(as).modal;
  await until(slack, () => open() !== null && open()?.id !== before, patience);
  const first = open();
  if (first === null || first.id === before) return null;
  if (first.submit !== null) return first;
  const words = JSON.stringify(first.blocks);
  await until(slack, () => JSON.stringify(open()?.blocks) !== words, settling);
  return open();
}

/** Resolves when it is so, or when time is over. */
function until(slack: SlackStandIn, isSo: () => boolean, milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (isSo()) end();
    };
    const timer = setTimeout(end, milliseconds);
    const unsubscribe = slack.onChange(look);
    function end(): void {
      clearTimeout(timer);
      unsubscribe();
      resolve();
    }
    look();
  });
}

async function submitted({ slack }: Sandbox, as: string, input: Readonly<Record<string, string>>): Promise<Answer> {
  const { ok, status, error, errors } = await slack.submit(as, input);
  if (ok) {
    const { modal } = slack.screen(as);
    return { status: 200, body: { ok, ...(modal === null ? {} : { modal: openedForm(modal) }) } };
  }
  return {
    status: [400, 404, 422].includes(status) ? status : 502,
    body: { ok, ...(error === undefined ? {} : { error }), ...(errors === undefined ? {} : { errors }) },
  };
}

async function suggested(sandbox: Sandbox, f: Fields): Promise<Answer> {
  const as = person(sandbox, f);
  const field = text(f, 'field');
  const { typed = '' } = f;
  const { modal } = sandbox.slack.screen(as);
  if (modal === null) return noForm;
  const choices = openedForm(modal).fields.filter(({ type }) => type === 'choice');
  if (!choices.some(({ id }) => id === field))
    throw new Wrong(`field: "${field}" is no choice of this form; write one of ${choices.map(({ id }) => id).join(', ')}`);
  try {
    return { status: 200, body: await sandbox.slack.suggest(as, field, String(typed)) };
  } catch (error) {
    return { status: 502, body: { ok: false, error: error instanceof Error ? error.message : String(error) } };
  }
}
