import { Fault } from '../errors.ts';
import { nobodyDecides } from '../messages/alert.ts';
import { criterionText } from '../policy/facts.ts';
import type { Entitlement } from '../policy/policy.ts';
import type { DirectoryUser, World } from '../ports.ts';
import type { Finding } from '../request/request.ts';

const rule = 'nobody-decides';

/** What is wrong with the approvers: a word for the key under which the admins are told once, and a sentence. */
interface Lack {
  readonly code: string;
  readonly says: string;
}

/**
 * Whether anybody could decide about a request of this person: a request that would wait for nobody until its deadline is refused at
 * once, and the admins are told, once a day for each entitlement and reason. A platform that does not answer is no reason to refuse.
 *
 * @returns findings that refuse; empty: somebody can decide
 * @throws Fault when the directory does not answer
 */
export async function decidable(world: World, entitlement: Entitlement, person: DirectoryUser): Promise<readonly Finding[]> {
  const { approval } = entitlement;
  if (approval === null) return [];
  const [anybody, unreachable] = await Promise.all([
    world.directory.heldByAnother(approval.by, person.oid),
    unreachableChannels(world, approval.channels),
  ]);
  const lacks: readonly Lack[] = [
    ...(anybody
      ? []
      : [
          {
            code: 'no-approver',
            says: `Nobody can decide on ${entitlement.name}: no enabled person but you has ${criterionText(approval.by)}. The people who run the directory can assign it to an approver.`,
          },
        ]),
    ...(unreachable === null
      ? []
      : [{ code: 'no-channel', says: `Nobody can be asked for ${entitlement.name}: ${unreachable} The admins can mend that.` }]),
  ];
  const day = (await world.store.now()).toISOString().slice(0, 10);
  for (const lack of lacks) {
    await world.store.alerts.raise({
      key: `${rule}:${entitlement.name}:${lack.code}:${day}`,
      requestId: null,
      card: nobodyDecides(entitlement.name, person, lack.says),
    });
  }
  return lacks.map(({ says }) => ({ rule, ok: false, says: `${says} They have been told.` }));
}

const why = {
  gone: 'does not exist, or I can not see it',
  archived: 'is archived',
  not_in: 'does not have me in it',
} as const;

/** Why none of these channels can be posted to; null: at least one can, or may. */
async function unreachableChannels(world: World, channels: Readonly<Record<string, string>>): Promise<string | null> {
  const served = Object.entries(channels).filter(([platform]) => world.chats.has(platform));
  if (served.length === 0) return 'its approvers’ channel is on a platform that I do not serve.';
  const found = await Promise.all(
    served.map(async ([platform, channel]) => ({ channel, is: await reach(world, platform, channel) })),
  );
  const bad = found.flatMap(({ channel, is }) => (is === 'ok' ? [] : [`the approvers’ channel ${channel} ${why[is]}.`]));
  return bad.length === found.length ? bad.join(' ') : null;
}

async function reach(world: World, platform: string, channel: string): Promise<'ok' | 'gone' | 'archived' | 'not_in'> {
  try {
    return (await world.chats.get(platform)?.reach(channel)) ?? 'ok';
  } catch (fault) {
    if (fault instanceof Fault) return 'ok';
    throw fault;
  }
}
