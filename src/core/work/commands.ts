import { cancel } from '../command/cancel.ts';
import { connect } from '../command/connect.ts';
import { groups, words } from '../command/grammar.ts';
import { list } from '../command/list.ts';
import { mine } from '../command/mine.ts';
import { type Command, parseCommand } from '../command/parse.ts';
import { submit } from '../command/submit.ts';
import { why } from '../command/why.ts';
import { incomplete, unclear } from '../messages/answers.ts';
import type { Card } from '../messages/card.ts';
import { help } from '../messages/help.ts';
import { nearest } from '../policy/near.ts';
import type { StoredInteraction, World } from '../ports.ts';
import { status } from '../status/answer.ts';
import { openAskForm } from './open-form.ts';
import { withPerson } from './person.ts';

type Typed = StoredInteraction & { readonly kind: 'command' };
type Asked<K extends Command['kind']> = Extract<Command, { readonly kind: K }>;
type Step<K extends Command['kind']> = (world: World, typed: Typed, asked: Asked<K>) => Promise<Card | null>;

/** What each word does. */
const steps: { readonly [K in Command['kind']]: Step<K> } = {
  ask: (world, typed) => openAskForm(world, typed, ''),
  request: (world, typed, asked) => withPerson(world, typed, (person) => submit(world, typed, asked, person)),
  list: (world, typed, { search }) => withPerson(world, typed, (person) => list(world, search, person)),
  mine: (world, typed) => withPerson(world, typed, (person) => mine(world, person)),
  cancel: (world, typed, { id }) => withPerson(world, typed, (person) => cancel(world, typed, id, person)),
  connect: (world, typed, { entitlement }) => withPerson(world, typed, (person) => connect(world, entitlement, person)),
  why: (world, typed) => withPerson(world, typed, (person) => why(world, person)),
  status: (world, typed, { cluster }) => withPerson(world, typed, (person) => status(world, cluster, person)),
  help: async (world, { door }) => help(world.chats.get(door.platform)?.calledBy ?? '', groups, words),
  incomplete: async (_world, _typed, { why, type }) => incomplete(why, type),
  unclear: async (world, _, asked) => unclear([asked.why], asked.meant ?? entitlementAlone(world, asked.typed)),
};

/** Works what somebody typed. */
export async function command(world: World, typed: Typed): Promise<Card | null> {
  const asked = parseCommand(typed.text);
  return await (steps[asked.kind] as (world: World, typed: Typed, asked: Command) => Promise<Card | null>)(world, typed, asked);
}

/** Many type the entitlement without the word in front of it. */
function entitlementAlone(world: World, typed: string): string | null {
  const name = nearest(typed, world.policy.entitlements.keys());
  return name === null ? null : `request ${name}`;
}
