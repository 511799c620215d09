import type { RequestFacts, Rule } from '../facts.ts';

/**
 * The domain is stripped from the UPN to make the SQL user name, so it must be one that the policy vouches for: anybody at any other
 * domain could bear the same name in front of it.
 */
export const verifiedDomain: Rule<RequestFacts> = ({ person, cluster }) => {
  const domain = domainOf(person.upn);
  const known = [cluster.domains.primary, ...cluster.domains.others];
  const ok = domain !== null && known.includes(domain);
  return { rule: 'verified-domain', ok, says: ok ? `domain ${domain}` : refusal(person.upn, cluster.name, known) };
};

function refusal(upn: string, cluster: string, known: readonly string[]): string {
  return `The UPN ${upn} is not in a verified domain of ${cluster} (${known.join(', ')}). The admins can add the domain to the policy.`;
}

/** Behind the last @, in lower case: domain names know no case (RFC 4343). Null: none. */
function domainOf(upn: string): string | null {
  const at = upn.lastIndexOf('@');
  return at < 0 ? null : upn.slice(at + 1).toLowerCase();
}
