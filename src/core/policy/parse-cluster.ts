import { address, audience, caPath, database, domain, scope, variable } from './forms.ts';
import { listOf, maybe, oneOf, optional, record, required, under } from './kinds.ts';
import type { Fields, Kind } from './kinds.ts';
import type { ClusterPolicy } from './policy.ts';

interface ClusterText {
  address: string;
  ca_path: string | null;
  database: string;
  credential: string;
  settings_credential: string | null;
  api: ClusterPolicy['api'] | null;
  domains: ClusterPolicy['domains'] | null;
  map: ClusterPolicy['map'];
}

const api = record<ClusterApi, ClusterPolicy['api']>(
  'the keys audience, scope and token_version',
  { audience: required(audience), scope: required(scope), token_version: required(oneOf(['v1', 'v2'])) },
  (read, { node, where, report }) => {
    if (read.token_version === 'v2' && read.audience.includes(':')) {
      const at = under(node, 'audience') ?? node;
      report(
        at,
        `${where}.audience`,
        'is a URI, but the audience of a v2 token is always the client id',
        "the API app's client id (a GUID)",
      );
    }
    return { audience: read.audience, scope: read.scope, tokenVersion: read.token_version };
  },
);
interface ClusterApi {
  audience: string;
  scope: string;
  token_version: 'v1' | 'v2';
}

const domains = record<ClusterPolicy['domains'], ClusterPolicy['domains']>(
  'primary, and others if there are',
  { primary: required(domain), others: optional(listOf(domain, 'a list of domains, like [fabrikam.com]', 0), []) },
  (read, { node, where, report }) => {
    if (read.primary !== '' && read.others.includes(read.primary)) {
      report(
        under(node, 'others') ?? node,
        `${where}.others`,
        `has the primary domain ${read.primary} in it`,
        'only the other domains',
      );
    }
    return read;
  },
);

/** A cluster of the policy file, by its name. */
export function cluster(clusterName: string): Kind<ClusterPolicy | null> {
  const fields: Fields<ClusterText> = {
    address: required(address),
    ca_path: maybe(caPath),
    database: required(database),
    credential: required(variable),
    settings_credential: maybe(variable),
    api: required(api),
    domains: required(domains),
    map: optional(oneOf(['pattern', 'people']), 'pattern'),
  };
  return record('a cluster', fields, (read) => {
    const colon = read.address.lastIndexOf(':');
    return {
      name: clusterName,
      host: read.address.slice(0, colon).replace(/^\[|\]$/g, ''),
      port: Number(read.address.slice(colon + 1)),
      caPath: read.ca_path,
      database: read.database,
      credential: read.credential,
      settingsCredential: read.settings_credential,
      api: read.api ?? { audience: '', scope: '', tokenVersion: 'v2' },
      domains: read.domains ?? { primary: '', others: [] },
      map: read.map,
    };
  });
}
