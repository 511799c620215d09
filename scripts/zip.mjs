// A ZIP archive of a few small files. PKWARE's APPNOTE.TXT, https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
import { crc32, deflateRawSync } from 'node:zlib';

/** 1 January 1980, the first day that the format knows: the same files give the same archive, byte for byte. */
const date = 0x0021;
const version = 20; // 2.0, from which on files are deflated
const deflated = 8;

/**
 * @param {readonly { readonly name: string, readonly data: Buffer }[]} files names without folders, in ASCII
 */
export function zip(files) {
  const entries = files.map(({ name, data }) => ({
    name: Buffer.from(name, 'latin1'),
    crc: crc32(data),
    size: data.length,
    packed: deflateRawSync(data, { level: 9 }),
  }));
  const local = [];
  const central = [];
  let offset = 0;
  for (const entry of entries) {
    const head = header(0x04034b50, [version], entry, []);
    local.push(head, entry.name, entry.packed);
    // Made by version 2.0 on MS-DOS; no comment, on disk 0, no attributes.
    central.push(header(0x02014b50, [version, version], entry, [0, 0, 0, 0, 0], offset), entry.name);
    offset += head.length + entry.name.length + entry.packed.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...local, directory, end]);
}

/** What the local and the central header of a file have in common, between what they have not. */
function header(signature, before, { name, crc, size, packed }, after, offset) {
  const words = (values) => values.map((value) => [value, 2]);
  const fields = [
    [signature, 4],
    ...words([...before, 0, deflated, 0, date]),
    [crc, 4],
    [packed.length, 4],
    [size, 4],
    ...words([name.length, 0, ...after]),
    ...(offset === undefined ? [] : [[offset, 4]]),
  ];
  const buffer = Buffer.alloc(fields.reduce((sum, [, width]) => sum + width, 0));
  let at = 0;
  for (const [value, width] of fields) at = buffer.writeUIntLE(value, at, width);
  return buffer;
}
