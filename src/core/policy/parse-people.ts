import { appRole, guid } from './forms.ts';
import { maybe, record, text, under } from './kinds.ts';
import type { Fields, Kind, Reading } from './kinds.ts';
import type { Channels, Criterion } from './policy.ts';
import type { Together } from './shape.ts';

/** A chat platform, by the name that its keys begin with (`<name>_channel`). */
export interface Platform {
  readonly name: string;
  /** What the ids of its channels look like. */
  readonly channelId: RegExp;
  /** What to write, with an example. */
  readonly write: string;
}

/** Stands in for a criterion that could not be read; a policy with a fault is thrown away, so nobody is ever asked about it. */
export const nobody: Criterion = { kind: 'app_role', value: '' };

export interface People {
  readonly criterion: Criterion;
  readonly channels: Channels;
}

/** An app role or a group, and, where `platforms` are given, at least one channel in which these people are asked or told. */
export function people(write: string, platforms: readonly Platform[]): Kind<People | null> {
  const channels = Object.fromEntries(platforms.map((p) => [channelKey(p), maybe(channel(p))]));
  const fields: Fields<Record<string, string | null>> = { app_role: maybe(appRole), group: maybe(guid), ...channels };
  return record(
    write,
    fields,
    (read, reading) => {
      const missing = Object.keys(channels).every((key) => under(reading.node, key) === null);
      if (platforms.length > 0 && missing) {
        const write = platforms.map((p) => `${channelKey(p)}: <${p.write}>`).join(' or ');
        reading.report(reading.node, reading.where, 'has no channel', write);
      }
      return {
        criterion: criterion(read['app_role'] ?? null, read['group'] ?? null, reading),
        channels: channelsOf(read, platforms),
      };
    },
    together(Object.keys(channels)),
  );
}

const together = (channels: readonly string[]): readonly Together[] => [
  { exactlyOne: ['app_role', 'group'] },
  ...(channels.length === 0 ? [] : [{ atLeastOne: channels }]),
];

function criterion(value: string | null, id: string | null, { node, where, report }: Reading): Criterion {
  if (value !== null && id !== null) report(node, where, 'names an app role and a group', 'one of the two');
  if (value !== null) return { kind: 'app_role', value };
  if (id !== null) return { kind: 'group', id };
  report(node, where, 'names neither an app role nor a group', 'app_role: <value> or group: <object id>');
  return nobody;
}

function channelsOf(read: Readonly<Record<string, string | null>>, platforms: readonly Platform[]): Channels {
  const named = platforms.map((p) => [p.name, read[channelKey(p)] ?? null] as const);
  return Object.fromEntries(named.filter((pair): pair is readonly [string, string] => pair[1] !== null));
}

const channelKey = (platform: Platform): string => `${platform.name}_channel`;

const channel = (platform: Platform): Kind<string> =>
  text('the id of a channel', platform.write, (typed) => (platform.channelId.test(typed) ? typed : null), {
    pattern: platform.channelId,
  });
