import type { RequestFacts, Rule } from '../facts.ts';

/** Guests keep their home tenant's identity: their tokens carry no UPN of ours (or a foreign one), so no SQL user can be theirs for certain. */
export const accountMember: Rule<RequestFacts> = ({ person, cluster }) => ({
  rule: 'account-member',
  ok: person.kind === 'member',
  says:
    person.kind === 'member'
      ? 'member'
      : `${person.upn} is a guest of the directory, and ${cluster.name} is for its own members. The people who run the directory can give you a member account.`,
});
