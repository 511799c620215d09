/** SET, RESET and SHOW of cluster settings (pkg/sql/set_cluster_setting.go, show_cluster_setting.go; privileges: logic_test/cluster_settings@0017defd4fb3). */
import { supports } from '../../../core/cluster/releases.ts';
import { isDuration } from '../durations.ts';
import { refused, SqlError } from '../errors.ts';
import { wrongWith } from '../setting-checks.ts';
import type { Setting, Settings } from '../settings.ts';
import type { Column, TypeName, Value } from '../wire/messages.ts';
import type { Cursor, Literal } from './cursor.ts';
import { parametersIn, textOf } from './literal.ts';
import type { Context, Outcome, OwnPlan } from './plan.ts';

/** The old name goes on working; using it is answered with this (settings.WithName, settings.go@98cdac4aaec0). */
const aliasNotice = (used: string, preferred: string): SqlError =>
  new SqlError('00000', `"${used}" is now an alias for "${preferred}", the preferred setting name`);

const notices = (used: string, setting: Setting): { notices?: readonly SqlError[] } =>
  used === setting.name ? {} : { notices: [aliasNotice(used, setting.name)] };

const wrongType = (name: string, want: string, got: string): SqlError =>
  new SqlError('42804', `argument of ${name} must be type ${want}, not type ${got}`);

/** What each type takes. Gives the text that is stored. */
const read: Readonly<Record<Setting['type'], (name: string, literal: Literal, text: string) => string>> = {
  s(name, literal, text) {
    if (literal.kind === 'number') throw wrongType(name, 'string', text.includes('.') ? 'decimal' : 'int');
    if (literal.kind === 'word' && ['true', 'false'].includes(text)) throw wrongType(name, 'string', 'bool');
    return text;
  },
  b(name, literal, text) {
    const word = text.trim().toLowerCase();
    if (literal.kind === 'number') throw wrongType(name, 'bool', 'int');
    if (['true', 't', 'on', 'yes', '1'].includes(word)) return 'true';
    if (['false', 'f', 'off', 'no', '0'].includes(word)) return 'false';
    throw new SqlError('22P02', `could not parse "${text}" as type bool: invalid bool value`);
  },
  d(name, _literal, text) {
    if (!isDuration(text))
      throw new SqlError('22007', `could not parse "${text}" as type interval: interval: missing unit`, { detail: name });
    return text.trim();
  },
  i(name, _literal, text) {
    if (!/^-?\d+$/.test(text)) throw wrongType(name, 'int', 'string');
    return text;
  },
  m() {
    throw new SqlError('0A000', 'the CockroachDB stand-in does not change its version');
  },
};

async function mustModify(context: Context, name: string): Promise<void> {
  if (await context.cluster.roles.may(context.session.user, 'MODIFYCLUSTERSETTING')) return;
  throw refused(`only users with the MODIFYCLUSTERSETTING privilege are allowed to set cluster setting '${name}'`);
}

/** `SET CLUSTER SETTING name {=|TO} value` and `RESET CLUSTER SETTING name`; the cursor stands on the name. */
export function setSetting(cursor: Cursor, reset: boolean): OwnPlan {
  const used = cursor.dotted();
  let literal: Literal | null = null;
  if (!reset) {
    if (!cursor.acceptSymbol('=')) cursor.expect('TO');
    literal = cursor.accept('DEFAULT') ? null : cursor.literal();
  }
  cursor.end();
  return {
    kind: 'own',
    columns: null,
    parameters: parametersIn(literal === null ? [] : [literal]),
    async run(context, parameters): Promise<Outcome> {
      const { settings, version } = context.cluster;
      const known = settings.find(used);
      if (known === null) throw new SqlError('XXUUU', `unknown cluster setting '${used}'`);
      const { setting } = known;
      await mustModify(context, setting.name);
      const tag = reset ? 'RESET CLUSTER SETTING' : 'SET CLUSTER SETTING';
      let value: string | null = null;
      if (literal !== null) {
        const text = textOf(literal, parameters);
        if (text === null) throw wrongType(setting.name, 'string', 'unknown');
        value = read[setting.type](setting.name, literal, text);
        const wrong = wrongWith(setting, value, version);
        if (wrong !== null)
          throw new SqlError(
            'XXUUU',
            supports(version, 'namedSettingErrors') ? `invalid value for ${setting.name}: ${wrong}` : wrong,
          );
      }
      if (context.session.inTransaction() || !context.alone) {
        throw new SqlError('XXUUU', 'SET CLUSTER SETTING cannot be used inside a multi-statement transaction');
      }
      await settings.set(setting, value);
      return { tag, ...notices(used, setting) };
    },
  };
}

const columnType: Readonly<Record<Setting['type'], TypeName>> = { s: 'text', b: 'bool', d: 'interval', i: 'int8', m: 'text' };

function shown(settings: Settings, setting: Setting, redacted: boolean): Value {
  const value = settings.value(setting);
  if (setting.type === 'b') return value === 'true';
  return redacted && setting.sensitive && value !== '' ? '<redacted>' : value;
}

/** Sensitive values are hidden from those who can only look, where the cluster is told to (PR 115851). */
async function redacts(context: Context): Promise<boolean> {
  const { settings, roles } = context.cluster;
  const known = settings.find('server.redact_sensitive_settings.enabled');
  if (known === null || settings.value(known.setting) !== 'true') return false;
  return !(await roles.may(context.session.user, 'MODIFYCLUSTERSETTING'));
}

async function mustView(context: Context, otherwise: string): Promise<void> {
  const { roles } = context.cluster;
  const { user } = context.session;
  if ((await roles.may(user, 'VIEWCLUSTERSETTING')) || (await roles.may(user, 'MODIFYCLUSTERSETTING'))) return;
  throw refused(otherwise);
}

/** `SHOW CLUSTER SETTING name`: one row, one column named after the setting; BOOL on the wire for a bool. */
export function showSetting(cursor: Cursor, settings: Settings): OwnPlan {
  const used = cursor.dotted();
  cursor.end();
  const known = settings.find(used);
  if (known === null) throw new SqlError('XXUUU', `unknown setting: "${used}"`);
  const { setting } = known;
  return {
    kind: 'own',
    columns: [{ name: setting.name, type: columnType[setting.type] }],
    parameters: 0,
    async run(context): Promise<Outcome> {
      const message = `only users with MODIFYCLUSTERSETTING or VIEWCLUSTERSETTING privileges are allowed to show cluster setting '${setting.name}'`;
      await mustView(context, message);
      return { rows: [[shown(settings, setting, await redacts(context))]], ...notices(used, setting) };
    },
  };
}

/** `SHOW [ALL|PUBLIC] CLUSTER SETTINGS`: only the public ones without ALL. */
export function showSettings(cursor: Cursor, all: boolean, settings: Settings): OwnPlan {
  cursor.end();
  const modern = supports(settings.version, 'settingOrigins');
  const text = (name: string): Column => ({ name, type: 'text' });
  const columns: Column[] = [
    ...['variable', 'value', 'setting_type'].map(text),
    ...(all ? [{ name: 'public', type: 'bool' } as const] : []),
    text('description'),
    ...(modern ? ['default_value', 'origin'].map(text) : []),
  ];
  return {
    kind: 'own',
    columns,
    parameters: 0,
    async run(context): Promise<Outcome> {
      await mustView(
        context,
        'only users with MODIFYCLUSTERSETTING, MODIFYSQLCLUSTERSETTING or VIEWCLUSTERSETTING privileges are allowed to SHOW CLUSTER SETTINGS',
      );
      const hide = await redacts(context);
      const rows = settings.all
        .filter((setting) => all || setting.public)
        .map((setting): Value[] => [
          setting.name,
          String(shown(settings, setting, hide)),
          setting.type,
          ...(all ? [setting.public] : []),
          setting.description,
          ...(modern ? [setting.default, settings.overridden(setting) ? 'override' : 'default'] : []),
        ]);
      return { rows };
    },
  };
}
