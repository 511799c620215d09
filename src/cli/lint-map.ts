import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Env } from '../config/environment.ts';
import { readList } from '../core/cluster-auth/jwt-settings.ts';
import { parseVersion } from '../core/cluster/version.ts';
import { parseIdentityMap } from '../core/identity/identity-map.ts';
import { lintMap } from '../core/identity/lint/lint.ts';
import type { LintFacts, LintFinding, World } from '../core/ports.ts';
import { readArguments } from './arguments.ts';
import { printable } from './lines.ts';
import type { ExitCode, Output } from './output.ts';
import { clusterOf, withWorld } from './outside.ts';

/** CockroachDB's scanner takes lines of 64 KiB; a map of more than this is none. */
const largest = 4 * 1024 * 1024;
const setting = 'server.identity_map.configuration';
const redacted = '<redacted>';

/** Taken when no version is named: the newest that is known to read maps in a way of its own. */
const newest = 'v26.1.0';

const options = {
  version: { type: 'string' },
  issuer: { type: 'string', multiple: true },
  domain: { type: 'string', multiple: true },
  cluster: { type: 'string' },
  json: { type: 'boolean' },
} as const;

const lintTakes = '[FILE] [--version V] [--issuer URL]… [--domain NAME]… [--json] | --cluster NAME [--json]';

/**
 * Prints what is wrong with an identity map, line by line: one from a file or standard input, which needs no environment, or a cluster's.
 *
 * @param args what was typed
 * @returns 0 nothing is wrong, 1 something, 2 it was called wrongly, 3 something outside did not answer
 */
export async function lintMapCommand(
  args: readonly string[],
  stdin: NodeJS.ReadableStream,
  env: Env,
  out: Output,
): Promise<ExitCode> {
  const typed = readArguments(args, 1, options);
  if ('wrong' in typed) return misused(typed.wrong, out);
  const [file, cluster, json] = [typed.words[0], typed.text('cluster'), typed.given('json')];
  const told = file ?? typed.text('version') ?? typed.texts('issuer')[0] ?? typed.texts('domain')[0];
  if (cluster !== undefined && told !== undefined)
    return misused('--cluster reads the map, the version and the names from the cluster; leave the rest out', out);
  if (cluster !== undefined) return await withWorld(env, out, (world) => lintCluster(world, cluster, json, out), 'as they are');
  const version = typed.text('version') ?? newest;
  if (parseVersion(version) === null)
    return misused(`--version takes what SELECT version() prints, or v24.3.0, not "${printable(version)}"`, out);
  const map = file === undefined ? await readInput(stdin, out) : readMapFile(file, out);
  if (map === null) return 2;
  const [issuers, domains] = [typed.texts('issuer'), typed.texts('domain').map((domain) => domain.toLowerCase())];
  const facts = { version, issuers: issuers.length === 0 ? null : issuers, domains, names: [], managed: [], bound: [] };
  return print(map, facts, json, out);
}

function misused(wrong: string, out: Output): ExitCode {
  out.stderr(`lint-map: ${wrong}.\nUsage: npm run -s cli -- lint-map ${lintTakes}\n`);
  return 2;
}

async function readInput(stdin: NodeJS.ReadableStream, out: Output): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stdin) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    size += bytes.length;
    if (size > largest) {
      out.stderr(`standard input: is larger than ${largest} bytes\n`);
      return null;
    }
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** @returns null: it was said on standard error why there is none */
function readMapFile(typed: string, out: Output): string | null {
  try {
    // npm starts scripts in the project's folder; what people type is relative to theirs.
    const path = resolve(process.env['INIT_CWD'] ?? '.', typed);
    const { size } = statSync(path);
    if (size <= largest) return readFileSync(path, 'utf8');
    out.stderr(`${printable(typed)}: is larger than ${largest} bytes\n`);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    out.stderr(`${printable(typed)}: can not be read (${code}); write the path of a readable file\n`);
  }
  return null;
}

/**
 * Reads the map of a cluster, with what is known around it: issuers, domains, SQL users and whose they are.
 *
 * @returns 0 nothing is wrong, 1 something, 2 no such cluster, 3 the map can not be seen
 * @throws Fault when something outside does not answer
 */
async function lintCluster(world: World, name: string, json: boolean, out: Output): Promise<ExitCode> {
  const target = clusterOf(world, name);
  if ('says' in target) {
    out.stderr(`${target.says}\n`);
    return 2;
  }
  const { cluster, policy } = target;
  const [state, ledger] = [await cluster.read(), await world.store.ledger.rows(policy.name)];
  const map = state.settings[setting];
  if (map === undefined || map === redacted) {
    out.stderr(
      `${policy.name} does not show ${setting} to the bot: it needs MODIFYCLUSTERSETTING for that, or an admin reads it.\n`,
    );
    return 3;
  }
  const entitled = [...world.policy.entitlements.values()].filter((one) => one.cluster === policy.name);
  const issuers = readList(state.settings['server.jwt_authentication.issuers'] ?? '')?.items ?? null;
  const issuer = issuers?.find((one) => one.includes(world.tenantId));
  const facts: LintFacts = {
    version: state.version,
    issuers,
    ...(issuer === undefined ? {} : { issuer }),
    domains: [policy.domains.primary, ...policy.domains.others],
    names: state.users.map((user) => user.name).filter((one) => one !== 'admin' && one !== 'root'),
    managed: [...new Set(entitled.flatMap((one) => one.roles))],
    bound: ledger.map(({ sqlUsername, upn }) => ({ sqlUsername, upn })),
  };
  return print(map, facts, json, out);
}

function print(map: string, facts: LintFacts, json: boolean, out: Output): ExitCode {
  const findings = lintMap(map, facts);
  const parsed = parseIdentityMap(map);
  if (json) out.stdout(`${JSON.stringify({ version: facts.version, findings })}\n`);
  else if (findings.length > 0) out.stdout(findings.map(findingText).join('\n'));
  else
    out.stdout(
      `Nothing is wrong with it: ${'rows' in parsed ? parsed.rows.length : 0} rows, read as CockroachDB ${facts.version} does.\n`,
    );
  return findings.length === 0 ? 0 : 1;
}

const weights = { open: 'lets others in', shut: 'keeps people out', note: 'note' } as const;

function findingText({ line, rule, weight, says, witness, corrected, text }: LintFinding): string {
  const shown = witness === null ? [] : [`    ${witness.principal} becomes ${witness.becomes ?? 'nobody'}`];
  const better = corrected === null ? [] : [`    write  ${corrected}`];
  return [`line ${line}: ${rule} (${weights[weight]}): ${says}`, `    is     ${text}`, ...shown, ...better]
    .map((one) => `${printable(one)}\n`)
    .join('');
}
