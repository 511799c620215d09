/** Reads docker-compose.yml. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { checkout } from './checkout.ts';

export interface Service {
  readonly image: string;
  readonly user?: string;
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly env_file?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly networks?: readonly string[];
  readonly network_mode?: string;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
  readonly read_only?: boolean;
  readonly init?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly restart?: string;
  readonly stop_grace_period?: string;
}

export interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean }>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

export const composeText = readFileSync(join(checkout, 'docker-compose.yml'), 'utf8');

/** As Compose merges it (`<<`), before variables are put in. */
export const compose = parse(composeText, { merge: true }) as Compose;

/** A value after `${NAME:?…}` and `$$` were worked (compose-spec, 12-interpolation.md). */
export function interpolated(text: string, env: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\$|\$\{(\w+):\?[^}]*\}/g, (whole, name?: string) => {
    if (whole === '$$') return '$';
    const value = env[name ?? ''];
    if (value === undefined || value === '') throw new Error(`${name} is not set`);
    return value;
  });
}
