import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { oidOf, part } from '../sandbox/entra-setup.ts';
import { type Bot, type EntraRig, entraRig, type Handler, json, withServer } from './entra-rig.ts';

let r: EntraRig;
let bot: Bot;
before(async () => {
  r = await entraRig();
  bot = r.bot();
});
after(() => r.stop());

test('issuer and keys are those that tokens of the version are made with', async () => {
  for (const version of ['v1', 'v2'] as const) {
    const { issuer, jwksUri, keys } = await bot.issuer.published(version);
    const token = r.standIn.tokenFor('alice@contoso.com', { version });
    assert.equal(part(token, 1)['iss'], issuer);
    assert.equal(part(token, 1)['oid'], oidOf('alice'));
    assert.ok(keys.some((k) => k.kid === part(token, 0)['kid']));
    assert.equal(jwksUri, (await r.standIn.discovery(version)).jwks_uri);
  }
});

test('a rollover is in the next answer', async () => {
  const kids = async (): Promise<unknown[]> => (await bot.issuer.published('v2')).keys.map((k) => k.kid);
  const before = await kids();
  r.standIn.rotateKeys('at_once');
  assert.equal(
    (await kids()).some((kid) => before.includes(kid)),
    false,
  );
});

const key = { kty: 'RSA', use: 'sig', kid: 'one', n: 'AQAB', e: 'AQAB' };
const tenant = (): string => r.standIn.tenantId;

/** An authority with this discovery document and these keys; `jwks` stands for its own keys' address. */
function authorityWith(document: (url: string) => unknown, keys: unknown): Handler {
  return (req, res, url) => json(res, 200, req.url?.endsWith('/keys') ? { keys } : document(url));
}
const sound = (url: string): Record<string, string> => ({
  issuer: `https://login.example/${tenant()}/v2.0`,
  jwks_uri: `${url}/${tenant()}/discovery/v2.0/keys`,
});
const published = (url: string) => r.bot({ authorityHost: url, timeoutSeconds: 3 }).issuer.published('v2');

test('a sound authority is believed, with an issuer at another address than its own as v1 has (sts.windows.net)', async () => {
  await withServer(r.ca, authorityWith(sound, [key]), async (url) => {
    const { issuer, keys } = await published(url);
    assert.deepEqual([issuer, keys], [`https://login.example/${tenant()}/v2.0`, [key]]);
  });
});

const bad: readonly (readonly [string, (url: string) => unknown, unknown])[] = [
  ['keys at another address', (url) => ({ ...sound(url), jwks_uri: 'https://169.254.169.254/keys' }), [key]],
  ['keys at another port', (url) => ({ ...sound(url), jwks_uri: `https://localhost:1/${tenant()}/keys` }), [key]],
  ['keys over plain HTTP', (url) => ({ ...sound(url), jwks_uri: sound(url)['jwks_uri']?.replace('https:', 'http:') }), [key]],
  ['no address of keys', (url) => ({ ...sound(url), jwks_uri: undefined }), [key]],
  [
    'the issuer of another tenant',
    (url) => ({ ...sound(url), issuer: 'https://login.example/11111111-1111-4111-8111-111111111111/v2.0' }),
    [key],
  ],
  ['the issuer of every tenant', (url) => ({ ...sound(url), issuer: 'https://login.example/{tenantid}/v2.0' }), [key]],
  ['the issuer of the other version', (url) => ({ ...sound(url), issuer: `https://login.example/${tenant()}/` }), [key]],
  ['an issuer over plain HTTP', (url) => ({ ...sound(url), issuer: `http://login.example/${tenant()}/v2.0` }), [key]],
  ['no keys', sound, []],
  ['a key without kid', sound, [{ ...key, kid: undefined }]],
  ['a key without modulus', sound, [key, { ...key, n: '' }]],
  ['a key of another kind', sound, [key, { kty: 'oct', kid: 'two', k: 'AQAB' }]],
];
for (const [what, document, keys] of bad) {
  test(`an authority that publishes ${what} is not believed`, async () => {
    await withServer(r.ca, authorityWith(document, keys), async (url) => {
      await assert.rejects(published(url), { code: 'directory_refused', retry: 'never', message: /AZURE_AUTHORITY_HOST/ });
    });
  });
}

test('a redirect is not followed', async () => {
  let followed = false;
  await withServer(
    r.ca,
    (_, res) => {
      followed = true;
      json(res, 200, {});
    },
    (other) =>
      withServer(
        r.ca,
        (_, res) => void res.writeHead(302, { location: `${other}/` }).end(),
        async (url) => assert.rejects(published(url), { code: 'directory_unavailable' }),
      ),
  );
  assert.equal(followed, false);
});

test('nor one that stands in the place of the keys, wherever it leads', async () => {
  const asked: string[] = [];
  const elsewhere: Handler = (req, res) => {
    asked.push(req.url ?? '');
    json(res, 200, { keys: [key] });
  };
  await withServer(r.ca, elsewhere, async (other) => {
    for (const location of [`${other}/keys`, '/more/keys?moved']) {
      const moved: Handler = (req, res, url) => {
        if (req.url?.endsWith('?moved')) return elsewhere(req, res, url);
        if (req.url?.endsWith('/keys')) return void res.writeHead(307, { location }).end();
        json(res, 200, sound(url));
      };
      await withServer(r.ca, moved, async (url) => assert.rejects(published(url), { code: 'directory_unavailable' }));
    }
  });
  assert.deepEqual(asked, []);
});

test('an answer that is too large, no JSON, or a server error is not believed', async () => {
  const flood: Handler = (_, res) => {
    res.writeHead(200, { 'content-type': 'application/json' });
    const more = (): void => {
      while (!res.destroyed && res.write('x'.repeat(65_536)));
    };
    res.on('drain', more);
    more();
  };
  await withServer(r.ca, flood, async (url) => assert.rejects(published(url), { message: /larger than/ }));
  await withServer(
    r.ca,
    (_, res) => void res.writeHead(200).end('<html>'),
    async (url) => assert.rejects(published(url), { message: /not JSON/ }),
  );
  await withServer(
    r.ca,
    (_, res) => json(res, 500, {}),
    async (url) => assert.rejects(published(url), { code: 'directory_unavailable', retry: 'later' }),
  );
});

/** The discovery document as it should be, and this in the place of the keys. */
const withKeys =
  (keys: Handler): Handler =>
  (req, res, url) =>
    req.url?.endsWith('/keys') ? keys(req, res, url) : json(res, 200, sound(url));

const drip: Handler = (_, res) => {
  res.writeHead(200, { 'content-type': 'application/json' });
  const timer = setInterval(() => res.write(' '), 50);
  res.on('close', () => clearInterval(timer));
};

const endless: readonly (readonly [string, Handler])[] = [
  ['that never answers', () => undefined],
  ['that never ends its answer', drip],
  ['whose keys never come', withKeys(() => undefined)],
  ['whose keys never end', withKeys(drip)],
  ['that asks for patience again and again', (_, res) => json(res, 503, {}, { 'retry-after': '1' })],
];
for (const [what, handler] of endless) {
  test(`an authority ${what} is waited for no longer than the deadline`, async () => {
    await withServer(r.ca, handler, async (url) => {
      const asked = r.bot({ authorityHost: url, timeoutSeconds: 1.5 }).issuer.published('v2');
      await assert.rejects(asked, { code: 'directory_unavailable', retry: 'later' });
    });
  });
}

const packed = gzipSync(Buffer.alloc(8 * 1024 * 1024, ' '));
const hostile: readonly (readonly [string, Handler, RegExp])[] = [
  [
    'packs 8 MB of nothing into a small answer',
    withKeys((_, res) => void res.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(packed)),
    /larger than/,
  ],
  [
    'publishes keys that are no list',
    withKeys((_, res) => json(res, 200, { keys: { kty: 'RSA' } })),
    /publishes no signing keys/,
  ],
  ['publishes nothing as a key', withKeys((_, res) => json(res, 200, { keys: [null] })), /no RSA key/],
  ['publishes a number', withKeys((_, res) => json(res, 200, 42)), /not JSON/],
  ['ends in the middle', withKeys((_, res) => void res.writeHead(200).end('{"keys":[{"kty":"RSA"')), /not JSON/],
  [
    'hangs up in the middle',
    withKeys((_, res) => {
      res.writeHead(200, { 'content-length': '5000' });
      res.write('{"keys":[');
      setTimeout(() => res.destroy(), 20);
    }),
    /can't be reached/,
  ],
  ['answers in bytes that are no text', withKeys((_, res) => void res.writeHead(200).end(Buffer.alloc(2000, 0xff))), /not JSON/],
  [
    'nests as deep as it can',
    withKeys((_, res) => void res.writeHead(200).end(`{"keys":${'['.repeat(100_000)}${']'.repeat(100_000)}}`)),
    /no RSA key/,
  ],
];
for (const [what, handler, says] of hostile) {
  test(`an authority that ${what} is not believed, and says what is wrong`, async () => {
    await withServer(r.ca, handler, async (url) => {
      const asked = r.bot({ authorityHost: url, timeoutSeconds: 20 }).issuer.published('v2');
      await assert.rejects(asked, (e: Error) => e.name === 'Fault' && says.test(e.message));
    });
  });
}

test("an unknown tenant is the operator's to correct", async () => {
  const b = r.bot({ tenantId: '11111111-1111-4111-8111-111111111111' });
  await assert.rejects(b.issuer.published('v2'), { code: 'directory_refused', retry: 'never' });
});

test('a passing error of the authority is not noticed', async () => {
  let n = 0;
  const once: Handler = (req, res, url) => {
    n += 1;
    if (n === 1) return json(res, 503, {});
    return authorityWith(sound, [key])(req, res, url);
  };
  await withServer(r.ca, once, async (url) => assert.equal((await published(url)).keys.length, 1));
});
