import type { ClusterTarget } from '../core/cluster-auth/desired.ts';
import type { World } from '../core/ports.ts';
import { readArguments } from './arguments.ts';
import type { ExitCode, Output } from './output.ts';
import type { RebindAsked } from './rebind.ts';

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;

export interface Command {
  /** What is typed. */
  readonly words: string;
  readonly takes: string;
  readonly says: string;
  run(args: readonly string[], out: Output): Promise<ExitCode>;
}

export const commands: readonly Command[] = [
  {
    words: 'policy check',
    takes: 'FILE',
    says: 'says everything that is wrong with a policy file, or what it gives to whom',
    run: async ([file, ...rest], out) => {
      if (file === undefined || rest.length > 0) return misused('policy check', out);
      const { resolve } = await import('node:path');
      // npm starts scripts in the project's folder; what people type is relative to theirs.
      const path = resolve(process.env['INIT_CWD'] ?? '.', file);
      return (await import('./policy-check.ts')).policyCheck({ path, typed: file }, out);
    },
  },
  {
    words: 'policy schema',
    takes: '',
    says: 'prints the JSON Schema of the policy file, for editors',
    run: async (args, out) => {
      if (args.length > 0) return misused('policy schema', out);
      return (await import('./policy-schema.ts')).printPolicySchema(out);
    },
  },
  {
    words: 'sql-username',
    takes: 'UPN',
    says: 'prints the SQL user name of a UPN, or why it has none',
    run: async ([upn, ...rest], out) => {
      if (upn === undefined || rest.length > 0) return misused('sql-username', out);
      return (await import('./sql-username.ts')).printSqlUsername(upn, out);
    },
  },
  {
    words: 'lint-map',
    takes: '[FILE] [--version V] [--issuer URL] [--domain NAME] [--json], or --cluster NAME [--json]',
    says: 'says line by line what is wrong with an identity map (of a file, standard input or a cluster), with a principal that shows it and the line as it should be',
    run: async (args, out) => (await import('./lint-map.ts')).lintMapCommand(args, process.stdin, process.env, out),
  },
  {
    words: 'collisions',
    takes: '[--json]',
    says: 'goes through the whole directory for people whose names collapse to one SQL user',
    run: async (args, out) => {
      const typed = readArguments(args, 0, { json: flag });
      if ('wrong' in typed) return misused('collisions', out, typed.wrong);
      const { printCollisions } = await import('./collisions.ts');
      const { withWorld } = await import('./outside.ts');
      const asked = { json: typed.given('json'), progress: process.stderr.isTTY };
      return withWorld(process.env, out, (world) => printCollisions(world, asked, out), 'as they are');
    },
  },
  {
    words: 'explain-login',
    takes: '[--cluster NAME] [--user SQLUSER] [--json]',
    says: 'why a login is refused, with the token that is piped in (az account get-access-token … |), or with --json the question { version, settings, users?, token, user, now? }',
    run: async (args, out) => {
      const typed = readArguments(args, 0, { cluster: text, user: text, json: flag });
      if ('wrong' in typed) return misused('explain-login', out, unechoed(typed.wrong));
      const [cluster, user] = [typed.text('cluster'), typed.text('user')];
      if ([cluster, user].some((name) => name !== undefined && name.length > longestName))
        return misused('explain-login', out, '--cluster and --user take names, and what was typed is longer than any');
      const { explainInput } = await import('./explain-login.ts');
      return explainInput(process.stdin, process.env, { cluster, user, json: typed.given('json') }, out);
    },
  },
  {
    words: 'migrate',
    takes: '',
    says: 'brings the tables in DATABASE_URL up to this program; the bot does so itself where its role may',
    run: async (args, out) => {
      if (args.length > 0) return misused('migrate', out);
      return (await import('./migrate.ts')).migrateStore(process.env, out);
    },
  },
  {
    words: 'status',
    takes: '[CLUSTER] [--json]',
    says: 'looks at the clusters now and says what is wrong there; ends with 0 healthy, 1 attention, 2 broken, 3 unknown, 64 called wrongly or a faulty configuration',
    run: async (args, out) => (await import('./status.ts')).status(args, process.env, out),
  },
  personCommand(
    'adopt',
    'USER --upn UPN [--cluster NAME] [--yes] [--json]',
    'files that a SQL user be tied to a person for good; two admins confirm it in chat (--yes is taken, and not needed)',
    async () => (await import('./adopt.ts')).adopt,
  ),
  personCommand(
    'rebind',
    'USER --upn NEW [--cluster NAME] [--yes] [--json]',
    'shows how a SQL user follows its person to their new UPN; with --yes does it',
    async () => (await import('./rebind.ts')).rebindUser,
  ),
  {
    words: 'audit',
    takes: '[--request ID] [--limit N] [--json]',
    says: 'prints who did what, on what findings, by which policy and plan: of one request or proposal, or the newest 50 lines',
    run: async (args, out) => {
      const typed = readArguments(args, 0, { request: text, limit: text, json: flag });
      if ('wrong' in typed) return misused('audit', out, typed.wrong);
      const limit = typed.text('limit') ?? '50';
      if (!/^[1-9]\d{0,5}$/.test(limit))
        return misused('audit', out, `--limit takes a whole number from 1 to 999999, not "${limit}"`);
      const { printAudit } = await import('./audit.ts');
      const { withWorld } = await import('./outside.ts');
      const asked = { request: typed.text('request'), limit: Number(limit), json: typed.given('json') };
      return withWorld(process.env, out, (world) => printAudit(world, asked, out, process.stdout.columns));
    },
  },
  settingsCommand(
    'plan',
    '[--cluster NAME] [--json]',
    'shows what would be written to a cluster’s settings, by meaning and as SQL, and whose login it decides otherwise; ends with 1 if there is something',
    async () => (await import('./plan.ts')).printPlan,
  ),
  settingsCommand(
    'apply',
    '[--cluster NAME] [--yes] [--json]',
    'writes that, and reads it back; what takes a login is filed, and two admins confirm it in chat (--yes is taken, and not needed)',
    async () => (await import('./apply.ts')).applyPlan,
  ),
  settingsCommand(
    'rollback',
    '[--cluster NAME] [--yes] [--json]',
    'takes back, byte for byte, what was applied last, and pauses the watch; what takes a login is filed as with apply',
    async () => (await import('./rollback.ts')).rollBack,
  ),
  watchCommand('pause', 'stops the key watch, the scheduled checks and every setting that the bot writes by itself'),
  watchCommand('resume', 'starts them again'),
  watchCommand('show', 'says whether the watch runs, and what it last found and read'),
];

/** A token that was typed where none belongs is not said again. */
function unechoed(wrong: string): string {
  const short = wrong.length <= longestName && !wrong.endsWith('one too many');
  return short
    ? wrong
    : 'it takes no arguments: a token is piped in, since what is typed stands in the history and among the processes';
}

/** SQL users have at most 63 bytes, clusters 63 characters. */
const longestName = 63;

function watchCommand(does: 'pause' | 'resume' | 'show', says: string): Command {
  const words = `watch ${does}`;
  return {
    words,
    takes: '[--json]',
    says,
    run: async (args, out) => {
      const typed = readArguments(args, 0, { json: flag });
      if ('wrong' in typed) return misused(words, out, typed.wrong);
      const { watch } = await import('./watch.ts');
      const { withWorld } = await import('./outside.ts');
      return withWorld(process.env, out, (world) => watch[does](world, typed.given('json'), out));
    },
  };
}

type OfPerson = (world: World, asked: RebindAsked, out: Output) => Promise<ExitCode>;

function personCommand(words: string, takes: string, says: string, load: () => Promise<OfPerson>): Command {
  return {
    words,
    takes,
    says,
    run: async (args, out) => {
      const typed = readArguments(args, 1, { upn: text, cluster: text, yes: flag, json: flag });
      if ('wrong' in typed) return misused(words, out, typed.wrong);
      const [user = ''] = typed.words;
      const upn = typed.text('upn');
      if (upn === undefined || user === '') return misused(words, out, 'something is missing');
      const run = await load();
      const { withWorld } = await import('./outside.ts');
      const asked = { user, upn, cluster: typed.text('cluster'), yes: typed.given('yes'), json: typed.given('json') };
      return withWorld(process.env, out, (world) => run(world, asked, out));
    },
  };
}

type OfSettings = (world: World, target: ClusterTarget, isJson: boolean, out: Output) => Promise<ExitCode>;

function settingsCommand(words: string, takes: string, says: string, load: () => Promise<OfSettings>): Command {
  const options = { cluster: text, json: flag, ...(takes.includes('--yes') ? { yes: flag } : {}) };
  return {
    words,
    takes,
    says,
    run: async (args, out) => {
      const typed = readArguments(args, 0, options);
      if ('wrong' in typed) return misused(words, out, typed.wrong);
      const run = await load();
      const { clusterOf, withWorld } = await import('./outside.ts');
      return withWorld(process.env, out, async (world) => {
        const target = clusterOf(world, typed.text('cluster'));
        if (!('says' in target)) return await run(world, target, typed.given('json'), out);
        out.stderr(`${target.says}\n`);
        return 2;
      });
    },
  };
}

/** Says what is wrong with what was typed, and how the command is called. */
function misused(words: string, out: Output, wrong?: string): ExitCode {
  const takes = commands.find((c) => c.words === words)?.takes ?? '';
  out.stderr(`${wrong === undefined ? '' : `${words}: ${wrong}.\n`}${usage({ words, takes })}`);
  return 2;
}

export const usage = ({ words, takes }: Pick<Command, 'words' | 'takes'>): string =>
  `Usage: npm run -s cli -- ${`${words} ${takes}`.trimEnd()}\n`;

/** The command whose name, one word or two, the arguments begin with, and what was typed after it; null: none has such a name. */
export function commandOf(argv: readonly string[]): { readonly command: Command; readonly args: readonly string[] } | null {
  for (const length of [2, 1]) {
    const words = argv.slice(0, length).join(' ');
    const command = commands.find((c) => c.words === words);
    if (command !== undefined) return { command, args: argv.slice(length) };
  }
  return null;
}
