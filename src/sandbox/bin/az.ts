/**
 * The stand-in for the Azure CLI: `az account get-access-token`, `az login`, `az account show`, `az --version`. Whoever SANDBOX_AS
 * names (a key of the sandbox's people) is signed in. The sandbox is found through SANDBOX_DIR, which the wrapper `DIR/bin/az` sets.
 * Only node:*: the program is started anew for every login.
 */
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

/** What the Entra stand-in writes for this program alone: `DIR/entra/az-credentials.json`. */
interface Credentials {
  readonly authority: string;
  readonly caFile: string;
  readonly tenantId: string;
  readonly people: Readonly<Record<string, { readonly username: string; readonly password: string }>>;
}

type Json = Readonly<Record<string, unknown>>;
type Options = Readonly<Record<string, string | undefined>>;

/** Client id of the Azure CLI in every tenant. */
const clientId = '04b07795-8ddb-461a-bbee-02f9e1bf7b46';
/** Without scope or resource az asks for a token of Azure's management API (Azure CLI docs, "az account get-access-token"). */
const management = 'https://management.core.windows.net/';

class Failed extends Error {
  readonly exit: number;
  constructor(message: string, exit = 1) {
    super(message);
    this.exit = exit;
  }
}

const commands: Readonly<Record<string, (o: Options) => Promise<Json>>> = {
  'account get-access-token': getAccessToken,
  'account show': async () => account(credentials()),
  login,
};

const known = ['tenant', 'scope', 'resource', 'query', 'output'] as const;

async function main(argv: readonly string[]): Promise<string> {
  if (argv.includes('--version') || argv[0] === 'version')
    return 'azure-cli                         2.80.0 (stand-in of the crdb-access sandbox)\n';
  const { values, positionals } = parsed(argv);
  const name = positionals.join(' ');
  const run = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (run === undefined) throw new Failed(`'${name}' is misspelled or not recognized by the system.`, 2);
  return printed(await run(values), values['query'], values['output'] ?? 'json');
}

function parsed(argv: readonly string[]): { values: Options; positionals: readonly string[] } {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        tenant: { type: 'string', short: 't' },
        scope: { type: 'string' },
        resource: { type: 'string' },
        query: { type: 'string' },
        output: { type: 'string', short: 'o' },
        'allow-no-subscriptions': { type: 'boolean' },
        'only-show-errors': { type: 'boolean' },
      },
    });
    return { values: Object.fromEntries(known.map((name) => [name, values[name]])), positionals };
  } catch (error) {
    throw new Failed(`unrecognized arguments: ${error instanceof Error ? error.message : ''}`, 2);
  }
}

async function getAccessToken(o: Options): Promise<Json> {
  const c = credentials();
  const tenant = o['tenant'] ?? c.tenantId;
  const answer = await token(c, tenant, scopeOf(o), signInHint(tenant, o));
  const expires = new Date(Date.now() + Number(answer['expires_in']) * 1000);
  return {
    accessToken: answer['access_token'],
    expiresOn: localTime(expires),
    expires_on: Math.floor(expires.getTime() / 1000),
    tenant: c.tenantId,
    tokenType: answer['token_type'],
  };
}

/** `az login` keeps what it got; here everybody is signed in already, so that it only proves that the sign-in would work. */
async function login(o: Options): Promise<Json> {
  const c = credentials();
  if (o['scope'] !== undefined) await token(c, o['tenant'] ?? c.tenantId, o['scope'], '');
  return account(c);
}

/** As az shows a tenant without subscriptions (Azure CLI docs, "az login", `--allow-no-subscriptions`). */
function account(c: Credentials): Json {
  return {
    environmentName: 'AzureCloud',
    id: c.tenantId,
    isDefault: true,
    name: 'N/A(tenant level account)',
    state: 'Enabled',
    tenantId: c.tenantId,
    user: { name: person(c).username, type: 'user' },
  };
}

/** A resource becomes a scope by `/.default`, so that one that ends in a slash has two (azure-cli, `resource_to_scopes`). */
function scopeOf(o: Options): string {
  return o['scope'] ?? `${o['resource'] ?? management}/.default`;
}

const signInHint = (tenant: string, o: Options): string =>
  `\nInteractive authentication is needed. Please run:\naz login --tenant "${tenant}" --scope "${scopeOf(o)}"`;

async function token(c: Credentials, tenant: string, scope: string, hint: string): Promise<Json> {
  const { username, password } = person(c);
  const form = new URLSearchParams({
    client_id: clientId,
    grant_type: 'password',
    username,
    password,
    scope: `${scope} openid profile offline_access`,
  });
  const { status, body } = await post(c, `${c.authority}/${encodeURIComponent(tenant)}/oauth2/v2.0/token`, form.toString());
  if (status !== 200) throw new Failed(`${String(body['error_description'])}${hint}`);
  return body;
}

function post(c: Credentials, url: string, form: string): Promise<{ status: number; body: Json }> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return new Promise((done, failed) => {
    const call = request(url, { method: 'POST', ca: readFileSync(c.caFile), headers, agent: false, timeout: 20_000 }, (res) => {
      let text = '';
      res.setEncoding('utf8');
      res.on('data', (some: string) => {
        text += some;
      });
      res.once('error', failed);
      res.once('end', () => {
        try {
          done({ status: res.statusCode ?? 0, body: JSON.parse(text) as Json });
        } catch {
          failed(new Failed(`the sandbox answered HTTP ${res.statusCode} without JSON`));
        }
      });
    });
    call.once('timeout', () => call.destroy(new Failed('the sandbox did not answer')));
    call.once('error', failed);
    call.end(form);
  });
}

function credentials(): Credentials {
  const dir = process.env['SANDBOX_DIR'];
  if (dir === undefined) throw new Failed('SANDBOX_DIR is not set: run the az of the sandbox, DIR/bin/az');
  try {
    return JSON.parse(readFileSync(join(dir, 'entra', 'az-credentials.json'), 'utf8')) as Credentials;
  } catch {
    throw new Failed(`there is no sandbox in ${dir}: start one with npm run sandbox`);
  }
}

function person(c: Credentials): { readonly username: string; readonly password: string } {
  const key = process.env['SANDBOX_AS'] ?? '';
  if (key === '')
    throw new Failed("Please run 'az login' to setup account. (In the sandbox: set SANDBOX_AS to one of the people.)");
  const one = Object.hasOwn(c.people, key) ? c.people[key] : undefined;
  if (one === undefined)
    throw new Failed(`SANDBOX_AS: there is nobody called ${key}; there are ${Object.keys(c.people).join(', ')}`);
  return one;
}

/** `2026-11-24 16:02:11.000000`, in local time, as az writes it. */
function localTime(at: Date): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  const day = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join('-');
  return `${day} ${[at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':')}.000000`;
}

/** `--query` with a path of names, of all that JMESPath can; `-o tsv` prints a value bare, or an object's values in a line. */
function printed(result: Json, query: string | undefined, output: string): string {
  const value = query === undefined ? result : at(result, query);
  if (value === undefined || value === null) return '';
  if (output === 'none') return '';
  if (output === 'json') return `${JSON.stringify(value, null, 2)}\n`;
  if (output !== 'tsv') throw new Failed(`the stand-in prints json, tsv or none, not ${output}`, 2);
  const cells = typeof value === 'object' ? Object.values(value) : [value];
  return `${cells.map((cell) => (typeof cell === 'object' ? '' : String(cell))).join('\t')}\n`;
}

function at(value: unknown, query: string): unknown {
  if (!/^\w+(\.\w+)*$/.test(query)) throw new Failed(`the stand-in knows queries like accessToken or user.name, not ${query}`, 2);
  return query
    .split('.')
    .reduce<unknown>((v, name) => (typeof v === 'object' && v !== null ? (v as Json)[name] : undefined), value);
}

main(process.argv.slice(2)).then(
  (text) => process.stdout.write(text),
  (error: unknown) => {
    process.stderr.write(`ERROR: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = error instanceof Failed ? error.exit : 1;
  },
);
