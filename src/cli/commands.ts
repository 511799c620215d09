import type { ExitCode, Output } from './output.ts';

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
    words: 'explain-login',
    takes: '--json < FILE',
    says: 'decides a login as the cluster would: { version, settings, users?, token, user, now? } on standard input',
    run: async (args, out) => {
      if (args.length !== 1 || args[0] !== '--json') return misused('explain-login', out);
      const { text } = await import('node:stream/consumers');
      return (await import('./explain-login.ts')).explainLogin(await text(process.stdin), out);
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
];

/** Says how a command is called. */
function misused(words: string, out: Output): ExitCode {
  const command = commands.find((c) => c.words === words);
  out.stderr(`Usage: npm run -s cli -- ${words} ${command?.takes ?? ''}\n`);
  return 2;
}

export function helpText(): string {
  const usage = commands.map((c) => `${c.words} ${c.takes}`);
  const width = Math.max(...usage.map((u) => u.length));
  const lines = commands.map((c, i) => `  ${(usage[i] ?? '').padEnd(width)}  ${c.says}`);
  return ['npm run -s cli -- <command>', '', ...lines, ''].join('\n');
}
