/** The API's calls about people, as they are in Teams. */

import { pressable } from '../../core/request/buttons.ts';
import type { Sandbox } from '../running.ts';
import { fieldCalled, fieldOf } from '../teams/inputs.ts';
import { inboxItem } from '../teams/inbox.ts';
import { inputsOf, pressables } from '../teams/cards.ts';
import { type Forms, openForms, type OpenForm } from '../teams/opened.ts';
import { type Answer, type Call, done, type Fields, inputIn, type Outcome, person, text, textIfAny, Wrong } from './call.ts';

/** A form is a message here: it comes when the bot has worked what was typed or pressed. */
const patience = 5_000;
/** One with nothing to fill in and nothing to send may be one that is still being looked up. */
const settling = 3_000;

const known = new WeakMap<Sandbox, Forms>();
function formsOf(sandbox: Sandbox): Forms {
  const forms = known.get(sandbox) ?? openForms();
  known.set(sandbox, forms);
  return forms;
}
const openFor = (sandbox: Sandbox, as: string): OpenForm | null => formsOf(sandbox).open(as, sandbox.teams.screen(as));

export const teamsCalls: { readonly [route: string]: Call } = {
  'POST /api/command': (sandbox, f) => typed(sandbox, f),
  'POST /api/say': (sandbox, f) => typed(sandbox, f),
  'GET /api/inbox': (sandbox, f) => ({ status: 200, body: sandbox.teams.screen(person(sandbox, f)).messages.map(inboxItem) }),
  'POST /api/press': (sandbox, f) => pressed(sandbox, f),
  'POST /api/submit': (sandbox, f) => submitted(sandbox, person(sandbox, f), inputIn(f)),
  'POST /api/dismiss': (sandbox, f) => {
    const as = person(sandbox, f);
    const open = openFor(sandbox, as);
    if (open === null) return noForm;
    formsOf(sandbox).closed(as, open);
    return { status: 200, body: { ok: true } };
  },
  'GET /api/modal': (sandbox, f) => ({ status: 200, body: { modal: openFor(sandbox, person(sandbox, f))?.form ?? null } }),
  'GET /api/suggest': (sandbox, f) => suggested(sandbox, f),
  'POST /api/refresh': async (sandbox, f) => done(await sandbox.teams.refresh(person(sandbox, f), text(f, 'message'))),
  'POST /api/install': async (sandbox, f) => {
    await sandbox.teams.install(person(sandbox, f));
    return { status: 200, body: { ok: true } };
  },
  'POST /api/uninstall': async (sandbox, f) => {
    await sandbox.teams.uninstall(person(sandbox, f));
    return { status: 200, body: { ok: true } };
  },
};

const noForm: Answer = { status: 404, body: { ok: false, error: 'no form is open' } };

/** Nothing but the bot's name, or `request` alone: what opens a form. */
const opensForm = (words: string): boolean => /^\s*[/@]?crdb-access(\s+request)?\s*$|^\s*request\s*$/i.test(words);

function typed(sandbox: Sandbox, f: Fields): Promise<Answer> {
  const as = person(sandbox, f);
  const words = text(f, 'text');
  const [channel, thread] = [textIfAny(f, 'channel'), textIfAny(f, 'thread')];
  return mayOpen(sandbox, as, opensForm(words), () => sandbox.teams.say(as, words, channel, thread));
}

async function pressed(sandbox: Sandbox, f: Fields): Promise<Answer> {
  const { teams } = sandbox;
  const as = person(sandbox, f);
  const [named, button, value] = [text(f, 'message'), text(f, 'button'), textIfAny(f, 'value')];
  const input = f['input'] === undefined ? undefined : inputIn(f);
  const message = named === 'modal' ? openFor(sandbox, as)?.message : named;
  if (message === undefined) return noForm;
  const found = teams.actionIn(as, message, button, value);
  const shows = found?.action.type === 'Action.ShowCard';
  if (found !== null && shows && input === undefined) {
    formsOf(sandbox).shown(as, message, found);
    const form = openFor(sandbox, as)?.form;
    return { status: 200, body: { ok: true, ...(form === undefined ? {} : { modal: form }) } };
  }
  const opens = found !== null && !shows && found.inputs.length === 0 && formBehind(found.id);
  const more = { ...(value === undefined ? {} : { value }), ...(input === undefined || opens ? {} : { input }) };
  const before = ownMessages(sandbox, as);
  const answer = await mayOpen(
    sandbox,
    as,
    opens,
    () => teams.press(as, message, button, more),
    () => {
      const came = ownMessages(sandbox, as).find((id) => !before.includes(id));
      if (came !== undefined && openFor(sandbox, as)?.message !== came) formsOf(sandbox).brought(as, came);
    },
  );
  if (answer.status !== 200) return answer;
  const open = openFor(sandbox, as);
  if (open?.message === message && open.send !== null && open.send.id === found?.id) formsOf(sandbox).closed(as, open);
  if (!opens || input === undefined) return answer;
  return await submitted(sandbox, as, input);
}

function formBehind(id: string): boolean {
  return Object.hasOwn(pressable, id) && pressable[id as keyof typeof pressable].opens !== null;
}

/** What the bot has said in somebody's own chat. */
function ownMessages({ teams }: Sandbox, as: string): readonly string[] {
  const { channels, messages } = teams.screen(as);
  const own = channels.find(({ kind }) => kind === 'personal')?.id;
  return messages.filter(({ channel, isBot }) => isBot && channel === own).map(({ id }) => id);
}

/**
 * Does something, and where a form may open after it, waits for that and says what stands in it.
 *
 * @param look called whenever somebody's screen changed meanwhile
 */
async function mayOpen(
  sandbox: Sandbox,
  as: string,
  opens: boolean,
  act: () => Promise<Outcome>,
  look: () => void = () => undefined,
): Promise<Answer> {
  const before = openFor(sandbox, as)?.state;
  const result = await act();
  if (!result.ok || !opens) return done(result);
  const after = (): OpenForm | null => {
    const open = openFor(sandbox, as);
    return open?.state === before ? null : open;
  };
  const first = await comes(sandbox, patience, () => {
    look();
    return after();
  });
  const isMore = first !== null && first.form.submit === null && first.form.fields.length === 0;
  if (isMore) await comes(sandbox, settling, () => (openFor(sandbox, as)?.state === first.state ? null : after()));
  const form = after()?.form;
  return { status: 200, body: { ok: true, ...(form === undefined ? {} : { modal: form }) } };
}

/** What is found as soon as it is there; null: it is not when time is over. */
function comes<T>({ teams }: Sandbox, milliseconds: number, find: () => T | null): Promise<T | null> {
  return new Promise((resolve) => {
    const look = (): void => {
      const found = find();
      if (found !== null) end(found);
    };
    const timer = setTimeout(end, milliseconds, null);
    const unsubscribe = teams.onChange(look);
    function end(found: T | null): void {
      clearTimeout(timer);
      unsubscribe();
      resolve(found);
    }
    look();
  });
}

async function submitted(sandbox: Sandbox, as: string, input: Readonly<Record<string, string>>): Promise<Answer> {
  const open = openFor(sandbox, as);
  if (open === null) return noForm;
  if (open.send === null) throw new Wrong('the open form has nothing to send');
  const { id, value } = open.send;
  const result = await sandbox.teams.press(as, open.message, id, { input, ...(value === '' ? {} : { value }) });
  if (result.ok) formsOf(sandbox).closed(as, open);
  return done(result);
}

async function suggested(sandbox: Sandbox, f: Fields): Promise<Answer> {
  const as = person(sandbox, f);
  const field = text(f, 'field');
  const { typed: words = '' } = f;
  const message = textIfAny(f, 'message') ?? openFor(sandbox, as)?.message;
  if (message === undefined) return noForm;
  const cards = sandbox.teams.screen(as).messages.find(({ id }) => id === message)?.cards ?? [];
  const fields = cards.flatMap((card) => [...inputsOf(card), ...pressables(card).flatMap((one) => one.inputs)]).map(fieldOf);
  const choices = [...new Set(fields.filter(({ type }) => type === 'choice').map(({ id }) => id))];
  if (fieldCalled(fields, field)?.type !== 'choice')
    throw new Wrong(`field: "${field}" is no choice of this form; write one of ${choices.join(', ')}`);
  try {
    const offered = await sandbox.teams.suggest(as, message, field, String(words));
    return { status: 200, body: offered.map(({ value, title }) => ({ value, label: title, says: '' })) };
  } catch (error) {
    return { status: 502, body: { ok: false, error: error instanceof Error ? error.message : String(error) } };
  }
}
