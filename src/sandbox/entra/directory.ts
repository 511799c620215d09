/** The tenant's directory as the stand-in keeps it in memory: users, groups and the app roles of the bot's app registration. */
import type { SandboxPerson } from '../people.ts';
import { guidOf } from './ids.ts';

export interface User {
  readonly oid: string;
  readonly upn: string;
  readonly mail: string | null;
  readonly name: string;
  readonly enabled: boolean;
  readonly kind: 'member' | 'guest';
}

/** Users of a number that nobody would write down: they are in the list of all users, and nowhere else. */
export interface Crowd {
  readonly size: number;
  /** @param n from 0 */
  user(n: number): User;
}

export interface AppRole {
  readonly id: string;
  readonly value: string;
  readonly isEnabled: boolean;
}

export interface Assignment {
  readonly id: string;
  readonly principalId: string;
  readonly principalType: 'User' | 'Group';
  readonly roleId: string;
}

/** What tests change while everything runs. Ids are object ids; a group comes into being when its first member does. */
export interface People {
  addUser(user: Pick<User, 'upn' | 'name'> & Partial<User>): User;
  removeUser(oid: string): void;
  setEnabled(oid: string, enabled: boolean): void;
  setUpn(oid: string, upn: string): void;
  setMail(oid: string, mail: string | null): void;
  /** Assigns the app role to a user, or to a group (then its direct members hold it). */
  assignRole(principalId: string, value: string): void;
  removeRole(principalId: string, value: string): void;
  setRoleEnabled(value: string, enabled: boolean): void;
  addToGroup(memberId: string, groupId: string): void;
  removeFromGroup(memberId: string, groupId: string): void;
}

export interface SandboxDirectory extends People {
  user(idOrUpn: string): User | undefined;
  users(): readonly User[];
  roles(): readonly AppRole[];
  isGroup(id: string): boolean;
  /** Groups of which this user or group is a direct member. */
  directGroups(id: string): readonly string[];
  /** Every group above this user or group. */
  groups(id: string): ReadonlySet<string>;
  /** Users and groups that are direct members of this group. */
  members(groupId: string): readonly string[];
  /** Everybody and every group below this group. */
  transitiveMembers(groupId: string): readonly string[];
  /** App roles of the bot's app registration that this user was assigned, or a group that the user is a direct member of. */
  assignments(oid: string): readonly Assignment[];
  /** Every assignment of an app role of the bot's app registration. */
  allAssignments(): readonly Assignment[];
}

/** The directory that the sandbox begins with. */
export function openDirectory(people: readonly SandboxPerson[]): SandboxDirectory {
  const users = new Map<string, User>();
  const roles = new Map<string, AppRole>();
  const members = new Map<string, Set<string>>();
  const assigned = new Map<string, Assignment>();

  const change = (oid: string, what: Partial<User>): void => {
    const user = users.get(oid);
    if (user === undefined) throw new Error(`nobody in the directory has the object id ${oid}`);
    users.set(oid, { ...user, ...what });
  };
  const role = (value: string): AppRole => {
    const known = roles.get(value) ?? { id: guidOf(`app role ${value}`), value, isEnabled: true };
    roles.set(value, known);
    return known;
  };
  const directGroups = (id: string): string[] => [...members].filter(([, of]) => of.has(id)).map(([group]) => group);

  const directory: SandboxDirectory = {
    user: (idOrUpn) => {
      const wanted = idOrUpn.toLowerCase();
      return [...users.values()].find((u) => u.oid === wanted || u.upn.toLowerCase() === wanted);
    },
    users: () => [...users.values()],
    roles: () => [...roles.values()],
    isGroup: (id) => members.has(id),
    directGroups,
    groups: (id) => reached(id, directGroups),
    members: (groupId) => [...(members.get(groupId) ?? [])],
    transitiveMembers: (groupId) => [...reached(groupId, (id) => [...(members.get(id) ?? [])])],
    allAssignments: () => [...assigned.values()],
    assignments: (oid) => {
      const principals = new Set([oid, ...directGroups(oid)]);
      return [...assigned.values()].filter((a) => principals.has(a.principalId));
    },
    addUser: (user) => {
      const whole: User = { oid: guidOf(`user ${user.upn}`), mail: user.upn, enabled: true, kind: 'member', ...user };
      users.set(whole.oid, whole);
      return whole;
    },
    removeUser: (oid) => {
      users.delete(oid);
      for (const of of members.values()) of.delete(oid);
      for (const [key, a] of assigned) if (a.principalId === oid) assigned.delete(key);
    },
    setEnabled: (oid, enabled) => change(oid, { enabled }),
    setUpn: (oid, upn) => change(oid, { upn }),
    setMail: (oid, mail) => change(oid, { mail }),
    assignRole: (principalId, value) => {
      const roleId = role(value).id;
      const key = `${principalId} ${roleId}`;
      const principalType = members.has(principalId) ? 'Group' : 'User';
      assigned.set(key, { id: guidOf(key), principalId, principalType, roleId });
    },
    removeRole: (principalId, value) => void assigned.delete(`${principalId} ${role(value).id}`),
    setRoleEnabled: (value, isEnabled) => void roles.set(value, { ...role(value), isEnabled }),
    addToGroup: (memberId, groupId) => void members.set(groupId, (members.get(groupId) ?? new Set()).add(memberId)),
    removeFromGroup: (memberId, groupId) => void members.get(groupId)?.delete(memberId),
  };

  for (const { oid, upn, mail, name, enabled, kind, appRoles } of people) {
    directory.addUser({ oid, upn, mail, name, enabled, kind });
    for (const value of appRoles) directory.assignRole(oid, value);
  }
  return directory;
}

/** What can be reached from here by steps; groups may contain each other. */
function reached(from: string, next: (id: string) => readonly string[]): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [...next(from)];
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    if (found.has(one)) continue;
    found.add(one);
    open.push(...next(one));
  }
  return found;
}
