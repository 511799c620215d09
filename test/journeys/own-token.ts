/** A person's own Entra token, tried on SQL users: by node-postgres, because a shell for each of hundreds of logins takes minutes. */
import assert from 'node:assert/strict';
import pg from 'pg';
import type { Driver } from './sandbox-driver.ts';

/** The token that the message's command gets for this person, from the same program. */
async function ownToken(d: Driver, as: string): Promise<string> {
  const scope = `--tenant ${d.sandbox.facts.entra.tenantId} --scope api://crdb-prod/.default`;
  const run = await d.shell(as, `az account get-access-token ${scope} --query accessToken -o tsv`, '');
  assert.equal(run.code, 0, `${as} gets no token: ${run.err}`);
  assert.match(run.out, /^[\w-]+\.[\w-]+\.[\w-]+\n$/, as);
  return run.out.trim();
}

/** The names out of `users` that this person's token (or the one given) opens a session for. A refusal is the cluster's own, never a broken line. */
export async function opens(d: Driver, as: string, users: Iterable<string>, given?: string): Promise<string[]> {
  const token = given ?? (await ownToken(d, as));
  const { host, port, caFile } = d.sandbox.facts.cockroach;
  const got: string[] = [];
  for (const user of new Set(users)) {
    const url = new URL(`postgresql://${host}:${port}/defaultdb?sslmode=verify-full&options=--crdb:jwt_auth_enabled=true`);
    url.searchParams.set('sslrootcert', caFile);
    url.username = encodeURIComponent(user);
    url.password = token;
    const client = new pg.Client({ connectionString: url.href });
    try {
      await client.connect();
      got.push(user);
    } catch (error) {
      const { code } = error as { code?: unknown };
      assert.match(String(code), /^28(000|P01)$/, `${as} as ${user}: ${String(error)}`);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
  return got;
}
