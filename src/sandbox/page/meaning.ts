/** The cluster's settings for JWT logins by what they mean, with the core's own reading of them. */
import { isOn, readKeys, readList } from '../../core/cluster-auth/jwt-settings.ts';
import type { SettingNow } from './feed.ts';

type Meaning = Pick<SettingNow, 'value' | 'lines'>;

const server = 'server.jwt_authentication.';
const onOff = (text: string): Meaning => ({ value: isOn(text) ? 'on' : 'off', lines: [] });
const word = (text: string): Meaning => ({ value: text === '' ? 'not set' : text, lines: [] });
const many = (items: readonly string[], noun: string): Meaning => ({
  value: items.length === 0 ? 'none' : `${items.length} ${noun}${items.length === 1 ? '' : 's'}`,
  lines: items,
});

function list(noun: string): (text: string) => Meaning {
  return (text) => {
    const read = readList(text);
    return read === null ? { value: 'unreadable', lines: [text] } : many(read.items, noun);
  };
}

function keys(text: string): Meaning {
  const read = readKeys(text);
  return read === null
    ? { value: 'unreadable', lines: [] }
    : many(
        read.keys.map((key) => `${key.kid ?? 'a key without an id'}`),
        'key',
      );
}

function map(text: string): Meaning {
  const rows = text.split('\n').filter((line) => line.trim() !== '' && !line.trim().startsWith('#'));
  return many(rows, 'row');
}

const meanings: readonly { readonly name: string; readonly label: string; readonly of: (text: string) => Meaning }[] = [
  { name: `${server}enabled`, label: 'JWT login', of: onOff },
  { name: `${server}issuers`, label: 'Issuers', of: list('issuer') },
  { name: `${server}audience`, label: 'Audiences', of: list('audience') },
  { name: `${server}claim`, label: 'Claim', of: word },
  { name: `${server}jwks`, label: 'Signing keys', of: keys },
  { name: `${server}jwks_auto_fetch.enabled`, label: 'Key fetching', of: onOff },
  { name: `${server}authorization.enabled`, label: 'Role sync', of: onOff },
  { name: 'server.identity_map.configuration', label: 'Identity map', of: map },
];

export const settingNames: readonly string[] = meanings.map(({ name }) => name);

/** @param texts by name, as SHOW CLUSTER SETTING prints them; those that are missing are left out */
export function meaningOf(texts: ReadonlyMap<string, string>): readonly SettingNow[] {
  return meanings.flatMap(({ name, label, of }) => {
    const text = texts.get(name);
    return text === undefined ? [] : [{ name, label, ...of(text) }];
  });
}
