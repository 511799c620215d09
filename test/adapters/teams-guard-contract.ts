/** Who gets in at `/api/messages`: sent over HTTP, with tokens of the stand-in's issuer, right and wrong. */
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, suite, test } from 'node:test';
import { teamsAppId, tenantId } from '../../src/sandbox/people.ts';
import type { Twist } from '../../src/sandbox/teams/issuer.ts';
import { type Setup, setUp } from './teams-setup.ts';

type Json = Record<string, unknown>;

let b: Setup;
before(async () => {
  b = await setUp();
});
after(() => b.end());

const words = (): Json => ({ ...b.standIn.words('alice', 'list') });
const seconds = Math.floor(Date.now() / 1000);

interface Answer {
  readonly status: number;
  readonly body: string;
}

function send(body: string | Json, headers: Record<string, string> = {}, method = 'POST'): Promise<Answer> {
  return new Promise((done, failed) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const req = request(b.url, { method, agent: false, headers: { 'content-type': 'application/json', ...headers } }, (res) => {
      let got = '';
      res.setEncoding('utf8').on('data', (some: string) => (got += some));
      res.once('end', () => done({ status: res.statusCode ?? 0, body: got }));
    });
    req.once('error', failed);
    req.end(text);
  });
}

/** Sends something typed, with what a test puts otherwise, and tells what came of it. */
async function tried(o: { twist?: Twist; header?: string | null; body?: Json }): Promise<Answer & { readonly taken: number }> {
  const before = b.received.length;
  const header = o.header === undefined ? `Bearer ${b.standIn.issuer.token(o.twist)}` : o.header;
  const answer = await send({ ...words(), ...o.body }, header === null ? {} : { authorization: header });
  return { ...answer, taken: b.received.length - before };
}

const claims = (some: Json): { twist: Twist } => ({ twist: { claims: some } });
const refusedTokens: readonly { readonly what: string; readonly how: Parameters<typeof tried>[0]; readonly says: RegExp }[] = [
  { what: 'no token', how: { header: null }, says: /no token/ },
  { what: 'an empty token', how: { header: '' }, says: /no token/ },
  { what: 'a token in another scheme', how: { header: 'Basic YWxpY2U6eA==' }, says: /not a signed token/ },
  { what: 'nonsense for a token', how: { header: 'Bearer a.b.c' }, says: /not a signed token/ },
  { what: 'two tokens in one header', how: { header: 'Bearer aa.bb.cc dd.ee.ff' }, says: /not a signed token/ },
  {
    what: 'an unsigned token (alg: none)',
    how: { twist: { algorithm: 'none' } },
    says: /not a signed token|not signed with RSA/,
  },
  {
    what: 'a token signed with the public key as a shared secret',
    how: { twist: { algorithm: 'HS256' } },
    says: /not signed with RSA/,
  },
  { what: 'a token signed with a key that is not published', how: { twist: { key: 'foreign' } }, says: /invalid signature/ },
  {
    what: 'a token signed with a key of an unknown id',
    how: { twist: { key: 'unknown' } },
    says: /Signing Key could not be retrieved/,
  },
  { what: 'a token for another bot', how: claims({ aud: 'b07b07b0-1111-4aaa-8bbb-00000000c0de' }), says: /Invalid AppId/ },
  { what: 'a token for nobody', how: claims({ aud: undefined }), says: /token proves nothing/ },
  { what: 'a token for several', how: claims({ aud: [teamsAppId, 'another'] }), says: /Invalid AppId/ },
  { what: 'a token of another issuer', how: claims({ iss: 'https://api.example.com' }), says: /another issuer/ },
  {
    what: "a token of Entra's for an emulator",
    how: claims({ iss: `https://sts.windows.net/${tenantId}/`, appid: teamsAppId, ver: '1.0', tid: tenantId }),
    says: /another issuer/,
  },
  { what: 'a token of no issuer', how: claims({ iss: undefined }), says: /another issuer/ },
  { what: 'an expired token', how: claims({ exp: seconds - 3600, nbf: seconds - 7200 }), says: /expired/ },
  { what: 'a token that never expires', how: claims({ exp: undefined }), says: /does not expire/ },
  { what: 'a token that is not valid yet', how: claims({ nbf: seconds + 3600 }), says: /not active/ },
  { what: 'a token without a service URL', how: claims({ serviceurl: undefined }), says: /without a service URL/ },
  {
    what: 'a token for another service URL',
    how: claims({ serviceurl: 'https://smba.trafficmanager.net/teams/' }),
    says: /ServiceUrl claim do not match/,
  },
];

suite('an activity is refused (401) that comes with', () => {
  for (const { what, how, says } of refusedTokens) {
    test(what, async () => {
      const { status, body, taken } = await tried(how);
      assert.equal(status, 401, body);
      assert.match(body, says);
      assert.equal(taken, 0);
    });
  }
});

const foreignActivities: readonly {
  readonly what: string;
  readonly body: () => Json;
  readonly status: number;
  readonly says: RegExp;
}[] = [
  {
    what: 'of another tenant',
    body: () => ({ conversation: { ...(words().conversation as Json), tenantId: 'c0ffee00-1111-4222-8333-444455556666' } }),
    status: 403,
    says: /another tenant/,
  },
  {
    what: 'of another tenant by its channel data alone',
    body: () => ({ channelData: { tenant: { id: 'c0ffee00-1111-4222-8333-444455556666' } } }),
    status: 403,
    says: /another tenant/,
  },
  {
    what: 'that names no tenant',
    body: () => ({ conversation: { ...(words().conversation as Json), tenantId: undefined }, channelData: {} }),
    status: 403,
    says: /names no tenant/,
  },
  {
    what: 'with a service URL of a foreign host',
    body: () => ({ serviceUrl: 'https://smba.trafficmanager.net.example.com/teams/' }),
    status: 403,
    says: /TEAMS_SERVICE_URL_HOSTS/,
  },
  {
    what: 'with a service URL whose user looks like the host',
    body: () => ({ serviceUrl: `https://${new URL(b.standIn.serviceUrl).host}@example.com/` }),
    status: 403,
    says: /TEAMS_SERVICE_URL_HOSTS/,
  },
  {
    what: 'with a service URL without TLS',
    body: () => ({ serviceUrl: b.standIn.serviceUrl.replace('https:', 'http:') }),
    status: 403,
    says: /TEAMS_SERVICE_URL_HOSTS/,
  },
  { what: 'without a service URL', body: () => ({ serviceUrl: undefined }), status: 400, says: /service URL is missing/ },
  {
    what: 'with a service URL that is none',
    body: () => ({ serviceUrl: 'teams' }),
    status: 403,
    says: /TEAMS_SERVICE_URL_HOSTS/,
  },
  {
    what: 'of another channel',
    body: () => ({ channelId: 'emulator' }),
    status: 403,
    says: /not an activity of Microsoft Teams/,
  },
  {
    what: "of the SDK's own channel for other hosts",
    body: () => ({ channelId: 'AseChannel' }),
    status: 403,
    says: /not an activity of Microsoft Teams/,
  },
  { what: 'without a type', body: () => ({ type: undefined }), status: 400, says: /not an activity/ },
  { what: 'without a conversation', body: () => ({ conversation: undefined }), status: 400, says: /not an activity/ },
  { what: 'without an id', body: () => ({ id: undefined }), status: 400, says: /not an activity/ },
];

suite('with a genuine token, an activity is refused', () => {
  for (const { what, body, status, says } of foreignActivities) {
    test(what, async () => {
      const answer = await tried({ body: body() });
      assert.equal(answer.status, status, answer.body);
      assert.match(answer.body, says);
      assert.equal(answer.taken, 0);
    });
  }
  test('of a genuine other service URL of ours, when the token is for the first', async () => {
    const other = b.standIn.serviceUrl.replace('/emea/', '/amer/');
    const { status, taken } = await tried({ body: { serviceUrl: other } });
    assert.deepEqual([status, taken], [401, 0]);
  });
});

suite('what is no activity at all', () => {
  const token = (): Record<string, string> => ({ authorization: `Bearer ${b.standIn.issuer.token()}` });
  for (const body of [
    '',
    'null',
    '[]',
    '"x"',
    '{',
    '{}',
    '{"channelId":"msteams"}',
    '{"channelId":"msteams","type":{}}',
    '\u0000'.repeat(10),
  ]) {
    test(`${JSON.stringify(body).slice(0, 40)} is answered 4xx, at once`, async () => {
      const began = performance.now();
      const { status } = await send(body, token());
      assert.ok(status === 400 || status === 403, String(status));
      assert.ok(performance.now() - began < 1000);
    });
  }
  test('a probe without a body (HEAD, GET) is survived', async () => {
    assert.equal((await send('', {}, 'HEAD')).status, 405);
    assert.equal((await send('', {}, 'GET')).status, 405);
  });
  test('a body of half a megabyte is not read to its end', async () => {
    assert.equal((await send({ ...words(), text: 'x'.repeat(500_000) }, token())).status, 413);
  });
  test('everything was refused in the log, without a token in it', () => {
    const refusals = b.lines.filter(({ message }) => message.startsWith('refused a request'));
    assert.ok(refusals.length > 30, String(refusals.length));
    assert.ok(!JSON.stringify(b.lines).includes('eyJ'), 'a token stands in the log');
  });
});

suite('a genuine activity', () => {
  test('is taken', async () => {
    const { status, taken } = await tried({});
    assert.deepEqual([status, taken], [200, 1]);
  });
  test('of a type that the bot does not know is acknowledged, logged and left', async () => {
    for (const type of ['typing', 'messageReaction', 'event', 'contactRelationUpdate', 'toString', '__proto__']) {
      const { status, taken } = await tried({ body: { type } });
      assert.deepEqual([status, taken], [200, 0], type);
    }
    assert.ok(b.lines.some(({ facts }) => facts['what'] === 'typing'));
  });
  test('of an invoke that the bot does not know is answered as one that is not there', async () => {
    for (const name of ['composeExtension/query', 'signin/verifyState', 'constructor']) {
      const { status, taken } = await tried({ body: { type: 'invoke', name } });
      assert.deepEqual([status, taken], [501, 0], name);
    }
  });
  test('after the issuer went on to its next key, which it had published before, is taken', async () => {
    b.standIn.issuer.rotateKeys();
    const { status, taken } = await tried({});
    assert.deepEqual([status, taken], [200, 1]);
  });
});

suite("where the issuer's keys can't be had", () => {
  test('nothing is taken, and Teams is told to come again', async () => {
    const unreachable = await setUp({ with: { metadataUrl: 'https://localhost:1/v1/.well-known/openidconfiguration' } });
    try {
      const said = await unreachable.standIn.forge(unreachable.standIn.words('alice', 'list'));
      assert.deepEqual([said.status, unreachable.received.length], [503, 0]);
    } finally {
      await unreachable.end();
    }
  });
});

suite('with the development switch', () => {
  test('an activity needs no token, and still has to be of our tenant and come from this machine', async () => {
    const open = await setUp({ with: { anonymous: true } });
    try {
      const genuine = { ...open.standIn.words('alice', 'list') };
      assert.equal((await open.standIn.forge(genuine, null)).status, 200);
      assert.equal(open.received.length, 1);
      const foreign = { ...genuine, serviceUrl: 'http://10.0.0.1/', id: '2' };
      assert.equal((await open.standIn.forge(foreign, null)).status, 403);
      const other = { ...genuine, id: '3', channelData: { tenant: { id: 'c0ffee00-1111-4222-8333-444455556666' } } };
      assert.equal((await open.standIn.forge(other, null)).status, 403);
      assert.equal(open.received.length, 1);
    } finally {
      await open.end();
    }
  });
});
