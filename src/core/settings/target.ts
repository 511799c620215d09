import type { ClusterTarget } from '../cluster-auth/desired.ts';
import type { World } from '../ports.ts';

/** A cluster of the policy by its name; null: there is none. */
export function targetOf({ policy, clusters }: World, name: string): ClusterTarget | null {
  const [of, cluster] = [policy.clusters.get(name), clusters.get(name)];
  return of === undefined || cluster === undefined ? null : { policy: of, cluster };
}

/** What the form of a plan carries: the cluster, and which plan it is. */
export const aboutPlan = (cluster: string, fingerprint: string): string => `${cluster} ${fingerprint}`;

/** The same, read again. A form that was sent without a plan has no fingerprint, which no plan has. */
export function readAbout(about: string): { readonly cluster: string; readonly fingerprint: string } {
  const [cluster = '', fingerprint = ''] = about.split(' ');
  return { cluster, fingerprint };
}
