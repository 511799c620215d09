/** CREATE, ALTER and DROP of SQL users and SQL roles (pkg/sql/create_role.go, alter_role.go@013891ff333c, drop_role.go@0116efa235b0). */
import { refused, SqlError } from '../errors.ts';
import { needsCreateLogin, type OptionChange, readOptions } from '../role-options.ts';
import type { Cursor } from './cursor.ts';
import { parametersIn, textOf } from './literal.ts';
import type { Context, Outcome, OwnPlan, Parameters } from './plan.ts';
import { change, doesNotExist, mustHave } from './role-change.ts';
import { newRoleName } from './role-names.ts';

async function apply(context: Context, name: string, options: readonly OptionChange[], parameters: Parameters): Promise<void> {
  for (const { stored, on, value } of options) {
    const text = value === undefined ? null : textOf(value, parameters);
    if (stored === 'PASSWORD' && text !== null) {
      throw new SqlError('0A000', 'the CockroachDB stand-in knows no passwords: log in with a client certificate or a token');
    }
    await context.cluster.roles.setOption(name, stored, on, text);
  }
}

const own = (options: readonly OptionChange[], run: OwnPlan['run']): OwnPlan => ({
  kind: 'own',
  columns: null,
  parameters: parametersIn(options.map((option) => option.value)),
  run,
});

/** A password can't be stored here; said before anything is changed. */
function refusePasswords(options: readonly OptionChange[], parameters: Parameters): void {
  const value = options.find((option) => option.stored === 'PASSWORD')?.value;
  if (value !== undefined && textOf(value, parameters) !== null) {
    throw new SqlError('0A000', 'the CockroachDB stand-in knows no passwords: log in with a client certificate or a token');
  }
}

/** `CREATE {USER|ROLE} [IF NOT EXISTS] name [[WITH] options]`; the cursor stands behind the first two words. */
export function createRole(cursor: Cursor, isRole: boolean): OwnPlan {
  const ifNotExists = cursor.accept('IF', 'NOT', 'EXISTS');
  const written = cursor.name();
  const given = readOptions(cursor);
  const says = (word: string): boolean => given.some((option) => option.written === word);
  // CREATE ROLE means NOLOGIN unless it says otherwise (create_role.go).
  const nologin: OptionChange = { written: 'NOLOGIN', stored: 'NOLOGIN', on: true };
  const options = isRole && !says('LOGIN') && !says('NOLOGIN') ? [...given, nologin] : given;
  return own(options, async (context, parameters): Promise<Outcome> => {
    await mustHave(context, 'CREATEROLE');
    if (needsCreateLogin(options, true)) await mustHave(context, 'CREATELOGIN');
    const name = newRoleName(written);
    refusePasswords(options, parameters);
    const taken = async (): Promise<boolean> => await context.cluster.roles.exists(name);
    const exists = new SqlError('42710', `a role/user named ${name} already exists`);
    if (await taken()) {
      if (ifNotExists) return { tag: 'CREATE ROLE' };
      throw exists;
    }
    await change(context, 'role', async () => {
      // Another session may have been faster while this one waited.
      if (await taken()) {
        if (ifNotExists) return;
        throw exists;
      }
      await context.cluster.roles.create(name);
      await apply(context, name, options, parameters);
    });
    return { tag: 'CREATE ROLE' };
  });
}

/** `ALTER {USER|ROLE} [IF EXISTS] name [WITH] options` */
export function alterRole(cursor: Cursor): OwnPlan {
  const ifExists = cursor.accept('IF', 'EXISTS');
  const name = cursor.name();
  const options = readOptions(cursor);
  if (options.length === 0) throw cursor.wrong();
  return own(options, async (context, parameters): Promise<Outcome> => {
    const { roles } = context.cluster;
    if (name === 'admin') throw refused('cannot edit admin role');
    await mustHave(context, 'CREATEROLE');
    if (needsCreateLogin(options, false)) await mustHave(context, 'CREATELOGIN');
    if (!(await roles.exists(name))) {
      if (ifExists) return { tag: 'ALTER ROLE' };
      throw doesNotExist(name);
    }
    if ((await roles.isAdmin(name)) && !(await roles.isAdmin(context.session.user))) {
      throw refused('only users with the admin role are allowed to alter another admin');
    }
    refusePasswords(options, parameters);
    await change(context, 'role', async () => await apply(context, name, options, parameters));
    return { tag: 'ALTER ROLE' };
  });
}

async function mustBeFree(context: Context, names: readonly string[]): Promise<void> {
  const plural = names.length > 1 ? 's' : '';
  const found = await Promise.all(names.map(async (name) => ({ name, ...(await context.cluster.dependents(name)) })));
  const granted = [...new Set(found.flatMap((role) => role.granted))];
  if (granted.length > 0) {
    const message = `cannot drop role${plural}/user${plural} ${names.join(', ')}: grants still exist on ${granted.join(', ')}`;
    throw new SqlError('2BP01', message);
  }
  const owner = found.find((role) => role.owned.length > 0);
  if (owner === undefined) return;
  const objects = owner.owned.map((object) => `\nowner of ${object}`).join('');
  throw new SqlError('2BP01', `role ${owner.name} cannot be dropped because some objects depend on it${objects}`);
}

/** `DROP {USER|ROLE} [IF EXISTS] name, …`. There is no CASCADE. */
export function dropRole(cursor: Cursor): OwnPlan {
  const ifExists = cursor.accept('IF', 'EXISTS');
  const names = cursor.names();
  cursor.end();
  return own([], async (context): Promise<Outcome> => {
    const { roles } = context.cluster;
    await mustHave(context, 'CREATEROLE');
    const iAmAdmin = await roles.isAdmin(context.session.user);
    for (const name of names) {
      if (!iAmAdmin && (await roles.isAdmin(name))) throw refused('must be superuser to drop superusers');
    }
    for (const name of names) {
      if (name === 'admin' || name === 'public') throw new SqlError('22023', `cannot drop special role ${name}`);
      if (name === 'root') throw new SqlError('22023', 'cannot drop special user root');
    }
    const present: string[] = [];
    for (const name of names) {
      if (await roles.exists(name)) present.push(name);
      else if (!ifExists) throw doesNotExist(name);
    }
    await mustBeFree(context, names);
    if (present.length === 0) return { tag: 'DROP ROLE' };
    await change(context, 'role', async () => {
      for (const name of present) await roles.drop(name);
    });
    return { tag: 'DROP ROLE' };
  });
}
