import type { SettingName, Survey } from '../cluster/cluster.ts';
import type { Look } from '../cluster-auth/look.ts';
import { saysTheSame } from '../cluster-auth/merge-map.ts';
import type { MapQuestion } from '../ports.ts';
import { type Facts, issuerOf, kept, toldOr } from './facts.ts';

/** How many lines of the map are named. */
const most = 6;

/**
 * What is asked about a cluster's map; null: it can't be made out. Our issuer counts as listed: where it is not, that is one finding of
 * its own, and its rows are right all the same.
 */
export function mapQuestion(
  facts: Facts,
  { survey, look, unseen }: { readonly survey: Survey; readonly look: Look; readonly unseen: ReadonlyMap<SettingName, unknown> },
): MapQuestion | null {
  if (unseen.has('server.identity_map.configuration')) return null;
  const { managed, policy } = facts;
  const ours = toldOr(issuerOf(facts), null);
  return {
    map: look.map,
    except: ownLines(facts, look),
    most,
    facts: {
      version: survey.version,
      issuers: unseen.has('server.jwt_authentication.issuers') ? null : [...look.issuers.items, ...(ours === null ? [] : [ours])],
      ...(ours === null ? {} : { issuer: ours }),
      domains: [policy.domains.primary, ...policy.domains.others],
      names: survey.users.map(({ name }) => name),
      managed: [...managed.keys()],
      bound: kept(facts).map(({ sqlUsername, upn }) => ({ sqlUsername, upn })),
    },
  };
}

/** Our own rows, where they are not as they should be: another check's business. */
function ownLines({ desired }: Facts, { ownRows }: Look): readonly number[] {
  const wanted = toldOr(desired, null);
  return wanted !== null && saysTheSame(ownRows, wanted.rows) ? [] : ownRows.map(({ line }) => line);
}
