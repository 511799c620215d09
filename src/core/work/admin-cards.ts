import { each, Fault } from '../errors.ts';
import type { Card } from '../messages/card.ts';
import type { AuditEntry, World } from '../ports.ts';
import type { Place } from '../request/request.ts';

/** Where the cards of one thing stand, one a platform, and the version that all of them show (0: one of them is not posted yet). */
export interface Posted {
  readonly places: readonly Place[];
  readonly shows: number;
}

/** Something that the admins decide on, with a card on every platform. */
export interface BeforeAdmins {
  readonly id: string;
  /** `proposal`, `setting_change`: in the tag of its cards, in the audit and in what is said of it. */
  readonly kind: string;
  readonly version: number;
  readonly posted: Posted | null;
  readonly isOpen: boolean;
  readonly card: Card;
}

/**
 * Brings the cards of something up to what is stored: one to the admins on every platform of the policy that is served, replaced where it
 * stands. Where one does not answer, the others have theirs.
 *
 * @param save keeps where the cards stand; null: it has changed meanwhile, and owes its cards anew
 * @returns what `save` gives
 * @throws Fault when a platform does not do its part, or none is served; the places of those that did are kept
 */
export async function showToAdmins<T>(
  world: World,
  it: BeforeAdmins,
  save: (posted: Posted, audit: readonly AuditEntry[]) => Promise<T | null>,
): Promise<T | null> {
  const { id, kind, card } = it;
  const tag = { requestId: id, kind };
  const before = it.posted?.places ?? [];
  const added: Place[] = [];
  const update = async (place: Place): Promise<void> => {
    const chat = world.chats.get(place.platform);
    if (chat === undefined)
      throw new Fault(
        'not_yet',
        'later',
        `the card of ${kind} ${id} is on a platform that this bot does not serve (${place.platform})`,
      );
    await chat.update(place, card, tag);
  };
  const post = async ([platform, channel]: readonly [string, string]): Promise<void> => {
    // What was posted is always looked for first: these are rare, and two cards of one would be two places to press.
    const place = await world.chats.get(platform)?.post({ channel }, card, tag, true);
    if (place !== undefined) added.push(place);
  };
  const works = [...before.map((place) => () => update(place)), ...missing(world, it).map((to) => () => post(to))];
  const failed = await each(works, (work) => work()).then(
    () => null,
    (fault: unknown) => ({ fault }),
  );
  if (failed !== null && added.length === 0) throw failed.fault;
  const shows = failed === null ? it.version + 1 : (it.posted?.shows ?? 0);
  const audit = added.map((place): AuditEntry => ({ event: `${kind}.asked`, requestId: id, actor: null, details: { place } }));
  const saved = await save({ places: [...before, ...added], shows }, audit);
  if (failed !== null) throw failed.fault;
  return saved;
}

/** The admins' channels that have no card of it yet. One that is over is posted nowhere any more. */
function missing(world: World, { isOpen, posted }: BeforeAdmins): readonly (readonly [string, string])[] {
  const places = posted?.places ?? [];
  const channels = Object.entries(world.policy.admins.channels).filter(([platform]) => world.chats.has(platform));
  if (places.length === 0 && channels.length === 0)
    throw new Fault('not_yet', 'later', 'no channel of the admins is on a platform that this bot serves');
  if (!isOpen && places.length > 0) return [];
  return channels.filter(([platform]) => !places.some((place) => place.platform === platform));
}
