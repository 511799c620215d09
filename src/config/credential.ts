import type { Environment } from './environment.ts';
import { existingFile, secret } from './forms.ts';
import type { Secret } from './secret.ts';

/** How an app registration proves to Entra who it is. */
export type AzureCredential =
  | { readonly kind: 'secret'; readonly secret: Secret }
  | { readonly kind: 'certificate'; readonly path: string }
  | { readonly kind: 'federated'; readonly path: string };

const clientSecret = secret('the value (not the id) of a client secret of the app registration', /^[\x21-\x7e]{8,}$/);

const readers: { readonly [K in AzureCredential['kind']]: (e: Environment, name: string) => AzureCredential } = {
  secret: (e, name) => ({ kind: 'secret', secret: e.need(name, clientSecret) }),
  certificate: (e, name) => ({ kind: 'certificate', path: e.need(name, existingFile) }),
  federated: (e, name) => ({ kind: 'federated', path: e.need(name, existingFile) }),
};

/** Which of several would count is a guess that nobody should have to make. */
export function credential(e: Environment, names: { readonly [K in AzureCredential['kind']]: string }): AzureCredential {
  const all = Object.entries(names) as [AzureCredential['kind'], string][];
  const set = all.filter(([, name]) => e.has(name));
  const read = set.map(([kind, name]) => readers[kind](e, name));
  const listed = (some: typeof all): string => some.map(([, name]) => name).join(', ');
  if (set.length > 1) e.faults.push({ where: listed(set), wrong: 'are set together', write: 'only one of them' });
  if (set.length === 0) e.faults.push({ where: listed(all), wrong: 'none is set', write: 'one of them' });
  return read[0] ?? { kind: 'federated', path: '' };
}
