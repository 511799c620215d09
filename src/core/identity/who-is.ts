import type { DirectoryUser, World } from '../ports.ts';
import type { Door } from '../request/request.ts';

/** Whose door this is, or why nobody may come in through it. */
export type Who = { readonly person: DirectoryUser } | { readonly says: string; readonly tellAdmins?: string };

const outsiders = {
  bot: 'Bots can not ask for access.',
  deleted: 'This chat account is deleted.',
  stranger: "You are from another company's workspace. Only people of the home workspace can ask for or decide on access.",
  guest:
    'You are a guest of this workspace. Only full members can ask for or decide on access, unless the policy says otherwise (chat_guests). The admins of this workspace can make you a member.',
} as const;

/**
 * Finds the person behind a chat user, read now. A platform that vouches for the object id says who it is; of another, the confirmed
 * mail address must be the mail or UPN of exactly one person of the directory. Either way it must be the same one as when this door
 * was first used. Nothing that somebody typed counts.
 *
 * @throws Fault when the platform or the directory does not answer
 */
export async function whoIs(world: World, door: Door): Promise<Who> {
  const chat = world.chats.get(door.platform);
  if (chat === undefined) return { says: 'This bot does not serve this platform.' };
  const face = await chat.whoIs(door);
  if (face.outsider !== null && !(face.outsider === 'guest' && world.policy.chatGuests))
    return { says: outsiders[face.outsider] };
  const found = face.oid === null ? await byAddress(world, face.mail) : await byId(world, face.oid);
  if ('says' in found) return found;
  const { person } = found;
  const { oid } = await world.store.bindings.bind(door, person.oid);
  if (oid === person.oid) return { person };
  return {
    says: 'Your chat account belonged to another person of the directory when it was first used. The admins have been told; they have to look at it.',
    tellAdmins: `The chat user ${door.user} (${face.mail ?? face.displayName}) was bound to the object id ${oid} and now resolves to ${person.upn} (${person.oid}). Everything from that user is refused.`,
  };
}

type Found = { readonly person: DirectoryUser } | { readonly says: string };

async function byId({ directory }: World, oid: string): Promise<Found> {
  const person = await directory.userById(oid);
  if (person !== null) return { person };
  return { says: `The directory has no user with your object id ${oid} (any more). Ask Identity to look at your account.` };
}

async function byAddress({ directory }: World, mail: string | null): Promise<Found> {
  if (mail === null) {
    return { says: 'Your chat account has no confirmed mail address. Confirm it in your profile, then try again.' };
  }
  const found = await directory.usersByAddress(mail);
  const person = theOne(found);
  if (person !== null) return { person };
  if (found.length === 0) {
    return { says: `No user of the directory has the mail address or UPN ${mail}. Ask Identity to correct one of the two.` };
  }
  return {
    says: `${found.length} users of the directory have the address ${mail} as mail or UPN, so I can't tell which one you are. Ask Identity to correct that.`,
  };
}

/**
 * Of the users with one address: the only enabled member. Beside that one, accounts that are disabled or guests' decide nothing: a
 * mailbox that passed from somebody who left to their successor leaves the old account behind, and it can't sign in. That is safe
 * because a door that was used keeps its first person (it is refused when it leads to another), and because nobody becomes somebody
 * by it who could do less before: the confirmed address is the enabled member's own. A sole user is taken as they are, so that they
 * hear what is the matter with their account; among several without an enabled member nobody is chosen.
 */
function theOne(found: readonly DirectoryUser[]): DirectoryUser | null {
  const active = found.filter((user) => user.enabled && user.kind === 'member');
  const chosen = active.length === 0 ? found : active;
  return chosen.length === 1 ? (chosen[0] ?? null) : null;
}
