import { people as everybody, type SandboxPerson } from '../people.ts';
import type { Sandbox } from '../running.ts';
import type { Resident } from './feed.ts';

const roleWords: Readonly<Record<string, string>> = {
  'Crdb.Request': 'may request',
  'Crdb.Approve': 'approver',
  'Crdb.Admin': 'admin',
  'Crdb.Billing.Request': 'may request billing',
};

/** Everybody in the sandbox, with what Entra ID says of them in a few words. */
export function residents(sandbox: Sandbox): readonly Resident[] {
  return sandbox.facts.people.map(({ key, name, upn }) => {
    const person = everybody.find((one) => one.key === key);
    return { key, name, upn, may: person === undefined ? [] : wordsFor(person) };
  });
}

function wordsFor(person: SandboxPerson): string[] {
  return [
    ...person.appRoles.map((role) => roleWords[role] ?? role),
    ...(person.appRoles.length === 0 ? ['no role'] : []),
    ...(person.kind === 'guest' ? ['guest'] : []),
    ...(person.enabled ? [] : ['disabled']),
  ];
}
