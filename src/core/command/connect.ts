import type { ClusterState } from '../cluster/cluster.ts';
import { ledgerFindings } from '../identity/ledger-rules.ts';
import { loginRefused } from '../messages/alert.ts';
import type { Card, Text } from '../messages/card.ts';
import { connectMany, connectOne, type Login, noAddress, notGranted, nothingGranted, waysOf } from '../messages/connect.ts';
import { connectCommand } from '../messages/connect-command.ts';
import { fingerprint } from '../messages/fingerprint.ts';
import { unclear } from '../messages/answers.ts';
import { nearest } from '../policy/near.ts';
import type { DirectoryUser, World } from '../ports.ts';
import type { AccessRequest } from '../request/request.ts';
import { glance } from './glance.ts';
import { loginWords } from './login-words.ts';
import { standing } from './standing.ts';
import { type Foreseen, wouldLogIn } from './would-log-in.ts';

/**
 * The login command again, with the login decided on the cluster's settings as they are now.
 *
 * @param entitlement null: of everything that this person was granted
 */
export async function connect(world: World, entitlement: string | null, person: DirectoryUser): Promise<Card> {
  const { granted, waiting } = await standing(world, person.oid);
  const wanted = entitlement === null ? granted : granted.filter((request) => request.entitlement === entitlement);
  const [only] = wanted;
  if (only === undefined) {
    const open = waiting.find((request) => entitlement === null || request.entitlement === entitlement) ?? null;
    if (open !== null || entitlement === null) return nothingGranted(entitlement, open);
    return world.policy.entitlements.has(entitlement) ? nothingGranted(entitlement, null) : unknown(world, entitlement, granted);
  }
  const logins = await check(world, wanted, person);
  const [one] = logins;
  if (one === undefined) return noAddress(only);
  return logins.length === 1 ? connectOne(one) : connectMany(logins);
}

/** The same for one request, by the button that stands beside it. */
export async function connectTo(world: World, requestId: string, person: DirectoryUser): Promise<Card> {
  const request = await own(world, requestId, person);
  if (request?.state !== 'granted') return notGranted(requestId, request);
  const [login] = await check(world, [request], person);
  return login === undefined ? noAddress(request) : connectOne(login);
}

/** The ways to log in beside the first, by the button that stands below it. */
export async function ways(world: World, requestId: string, person: DirectoryUser): Promise<Card> {
  const request = await own(world, requestId, person);
  const cluster = request && world.policy.clusters.get(request.cluster);
  if (request?.state !== 'granted' || !cluster) return notGranted(requestId, request);
  return waysOf(request, connectCommand(world.tenantId, cluster, request.database, request.sqlUsername));
}

async function own(world: World, id: string, person: DirectoryUser): Promise<AccessRequest | null> {
  const request = await world.store.requests.get(id);
  return request?.requester.oid === person.oid ? request : null;
}

function unknown(world: World, typed: string, granted: readonly AccessRequest[]): Card {
  const meant =
    nearest(
      typed,
      granted.map((r) => r.entitlement),
    ) ?? nearest(typed, world.policy.entitlements.keys());
  const short = [...typed].slice(0, 60).join('');
  return unclear(
    [`There is no entitlement "${short}". What you have: `, { typed: 'mine' }],
    meant === null ? null : `connect ${meant}`,
  );
}

/** Each cluster is read once, however many grants there are on it. */
async function check(world: World, requests: readonly AccessRequest[], person: DirectoryUser): Promise<readonly Login[]> {
  const names = [...new Set(requests.map((request) => request.cluster))];
  const states = new Map(await Promise.all(names.map(async (name) => [name, await glance(world, name)] as const)));
  const logins: Login[] = [];
  for (const request of requests) {
    const cluster = world.policy.clusters.get(request.cluster);
    if (cluster === undefined) continue;
    const state = states.get(request.cluster) ?? null;
    logins.push({
      request,
      command: connectCommand(world.tenantId, cluster, request.database, request.sqlUsername),
      check: await checkOne(world, request, state, person),
      lacks: lacks(request, state),
    });
  }
  return logins;
}

async function checkOne(
  world: World,
  request: AccessRequest,
  state: ClusterState | null,
  person: DirectoryUser,
): Promise<Login['check']> {
  if (!person.enabled) {
    return {
      kind: 'refused',
      says: `the account ${person.upn} is disabled in the directory, so Entra gives out no token`,
      fix: ['The people who run the directory can enable it.'],
      step: null,
      error: null,
      adminsTold: false,
    };
  }
  const foreseen = await wouldLogIn(world, request.cluster, state, person, request.sqlUsername);
  if ('unknown' in foreseen) return { kind: 'unknown', says: foreseen.unknown };
  if (foreseen.ok) return { kind: 'accepted' };
  const { says, fix: usual, forAdmins } = loginWords[foreseen.step];
  const fix = (await ofTheirOwn(world, request, person)) ?? usual({ cluster: request.cluster, admins: world.policy.admins });
  if (forAdmins) await tellAdmins(world, request, foreseen, says);
  return { kind: 'refused', says, fix, step: foreseen.step, error: foreseen.error, adminsTold: forAdmins };
}

/** What the ledger has against this person's SQL user: a UPN that changed since, say. That is mended otherwise than a setting. */
async function ofTheirOwn(world: World, { cluster, sqlUsername }: AccessRequest, person: DirectoryUser): Promise<Text | null> {
  const [against] = ledgerFindings(await world.store.ledger.rows(cluster), sqlUsername, person);
  return against === undefined ? null : [against.says];
}

/** Once a day for each thing that is wrong: with a broken setting everybody who asks would tell them of the same. */
async function tellAdmins(
  world: World,
  request: AccessRequest,
  no: Extract<Foreseen, { readonly ok: false }>,
  says: string,
): Promise<void> {
  const day = (await world.store.now()).toISOString().slice(0, 10);
  const { cluster, sqlUsername } = request;
  await world.store.alerts.raise({
    key: `login:${cluster}:${no.step}:${fingerprint(no.error)}:${day}`,
    requestId: null,
    card: loginRefused({ cluster, sqlUsername, step: no.step, says: `Because ${says}.`, error: no.error }),
  });
}

function lacks(request: AccessRequest, state: ClusterState | null): readonly string[] {
  const held = state?.users.find((user) => user.name === request.sqlUsername)?.memberOf;
  return held === undefined ? [] : request.roles.filter((role) => !held.includes(role));
}
