import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import type { PolicyDocument, PolicyFault } from '../../core/policy/document.ts';
import { parsePolicy } from '../../core/policy/parse.ts';
import type { Platform } from '../../core/policy/parse-people.ts';
import type { Policy } from '../../core/policy/policy.ts';
import { readYaml } from './yaml.ts';

/** Far more than any policy that people can review. */
const largest = 1_000_000;

/**
 * Channel ids as the platforms give them out. Names (`#approvals`) can be renamed, and then somebody else would be asked. Those of
 * Teams are of conversations: a channel's ends in `@thread.tacv2` (older ones: `@thread.skype`), a group chat's in `@thread.v2`; a
 * `;messageid=` behind it would be one thread of it.
 */
export const platforms: readonly Platform[] = [
  { name: 'slack', channelId: /^[CG][A-Z0-9]{2,20}$/, write: "the channel's id, like C0123456789" },
  {
    name: 'teams',
    channelId: /^19:[A-Za-z0-9_-]{6,120}@thread\.(tacv2|v2|skype)$/,
    write: 'the id of a channel or group chat, like "19:0a1b2c3d4e5f@thread.tacv2"',
  },
];

/**
 * Reads the policy file.
 *
 * @param shown as the operator wrote the path: faults repeat it
 * @returns the policy, or every fault of it; `absent`: there is no such file, or it can't be read
 */
export function readPolicyFile(
  path: string,
  shown = path,
): { policy: Policy } | { faults: readonly PolicyFault[]; absent?: true } {
  const bytes = read(path);
  if ('wrong' in bytes) return { faults: [{ file: shown, line: 1, where: '', ...bytes }], ...(bytes.absent && { absent: true }) };
  const hash = createHash('sha256').update(bytes.bytes).digest('hex');
  return parsePolicyText(shown, hash, bytes.text);
}

function parsePolicyText(file: string, hash: string, text: string): { policy: Policy } | { faults: readonly PolicyFault[] } {
  const yaml = readYaml(text);
  if ('faults' in yaml) return { faults: yaml.faults.map((f) => ({ file, where: '', ...f })) };
  const document: PolicyDocument = { file, hash, root: yaml.root };
  return parsePolicy(document, platforms);
}

type Refused = { readonly wrong: string; readonly write: string; readonly absent?: true };

function read(path: string): { bytes: Buffer; text: string } | Refused {
  const bytes = readUpTo(path, largest + 1);
  if (!Buffer.isBuffer(bytes)) return bytes;
  if (bytes.length > largest) return { wrong: `is larger than ${largest / 1_000_000} MB`, write: 'a smaller file' };
  try {
    return { bytes, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return { wrong: 'is not UTF-8', write: 'the file in UTF-8' };
  }
}

/** At most so many bytes, however large the file is or how fast it grows. */
function readUpTo(path: string, most: number): Buffer | Refused {
  let fd: number | undefined;
  try {
    fd = openSync(path, 'r');
    const buffer = Buffer.alloc(most);
    let filled = 0;
    for (let got = 1; got > 0 && filled < most; filled += got) got = readSync(fd, buffer, filled, most - filled, null);
    return buffer.subarray(0, filled);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
    return {
      wrong: code === 'ENOENT' ? 'does not exist' : `can't be read (${code})`,
      write: 'the path of a readable file',
      absent: true,
    };
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
