import type { PersonFacts, Rule } from '../facts.ts';

/** Entra lets a disabled account sign in nowhere, but its app roles stay assigned: holding the role is not enough. */
export const accountEnabled: Rule<{ readonly person: PersonFacts }> = ({ person }) => ({
  rule: 'account-enabled',
  ok: person.enabled,
  says: person.enabled
    ? 'account enabled'
    : `The account ${person.upn} is disabled in the directory, and only enabled accounts count. The people who run the directory can enable it.`,
});
