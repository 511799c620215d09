/** What every look at a cluster asks: its version, its SQL users and roles, and settings by name. */

import { settingNames } from '../../core/cluster/cluster.ts';
import type { ClusterState, SettingName, Settings, SurveyedName } from '../../core/cluster/cluster.ts';
import type { Fault } from '../../core/errors.ts';
import type { Connection } from './connections.ts';
import { settingIsUnknown } from './errors.ts';
import type { Doing } from './errors.ts';
import { settingOf, usersOf, versionOf } from './rows.ts';
import { showSetting, showUsers, showVersion } from './sql.ts';

export interface Looking {
  readonly connection: Connection;
  /** Named in what is said of it. */
  readonly cluster: string;
  readonly faultOf: (error: unknown, doing: Doing) => Fault;
}

/**
 * All statements go out before this returns and are answered in order, each a transaction of its own, so one that an older version
 * refuses takes no other with it. Settings are asked for by name: SHOW CLUSTER SETTINGS left these out until v24.3 (PR 128170), and
 * SHOW ALL CLUSTER SETTINGS computes and sends some 700 rows for nine.
 */
export async function stateOf(looking: Looking): Promise<ClusterState> {
  const { connection, cluster } = looking;
  const version = connection.query({ text: showVersion });
  const users = connection.query({ text: showUsers });
  const settings = settingsOf(looking, settingNames);
  // The connection is given back only when every answer has come.
  await Promise.allSettled([version, users, settings]);
  return {
    version: versionOf(await version, cluster),
    users: usersOf(await users),
    settings: (await settings) satisfies Settings,
  };
}

/** Values by name, without those that this version does not know. @throws Fault after the last answer, for the first that was refused */
export async function settingsOf<N extends SettingName | SurveyedName>(
  looking: Looking,
  names: readonly N[],
): Promise<{ readonly [M in N]?: string }> {
  const asked = names.map((name) => settingOrNothing(looking, name));
  await Promise.allSettled(asked);
  return Object.fromEntries((await Promise.all(asked)).flat()) as { readonly [M in N]?: string };
}

async function settingOrNothing<N extends SettingName | SurveyedName>(
  { connection, faultOf }: Looking,
  name: N,
): Promise<readonly (readonly [N, string])[]> {
  try {
    return [[name, settingOf(await connection.query({ text: showSetting(name) }))]];
  } catch (error) {
    if (settingIsUnknown(error)) return [];
    throw faultOf(error, 'read_settings');
  }
}
