import type { Change, SurveyedName } from './cluster.ts';

/**
 * What an admin of a cluster may be told to run beside cluster settings, as data: the bot itself runs none of it. World.adminSql turns
 * each into one quoted statement.
 */
export type Advice =
  | Extract<Change, { readonly kind: 'create_user' | 'grant_roles' | 'revoke_roles' }>
  | { readonly kind: 'create_role'; readonly role: string }
  | { readonly kind: 'grant_admin_option'; readonly role: string; readonly user: string }
  | { readonly kind: 'grant_system' | 'revoke_system'; readonly privilege: string; readonly user: string }
  /** Role options as ALTER USER takes them: `CREATEROLE`, `NOCREATEDB`, `LOGIN`. */
  | { readonly kind: 'alter_user'; readonly options: readonly string[]; readonly user: string }
  | { readonly kind: 'set_flag'; readonly setting: SurveyedName; readonly value: boolean };

export type AdminSql = (advice: Advice) => string;
