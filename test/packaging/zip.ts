import assert from 'node:assert/strict';
import { crc32, inflateRawSync } from 'node:zlib';

/**
 * The files of a ZIP archive, as a strict reader sees them: the end record, the central directory, and at each file the local header,
 * which has to say the same. APPNOTE.TXT 4.3. Throws where they differ, and for a CRC-32 or a size that is not the file's.
 */
export function unzipped(archive: Buffer): ReadonlyMap<string, Buffer> {
  const end = archive.length - 22;
  assert.equal(archive.readUInt32LE(end), 0x06054b50, 'it ends with the end record, and without a comment');
  const count = archive.readUInt16LE(end + 10);
  let at = archive.readUInt32LE(end + 16);
  assert.equal(at + archive.readUInt32LE(end + 12), end, 'the central directory lies before the end record');
  const files = new Map<string, Buffer>();
  let next = 0;
  for (let i = 0; i < count; i++) {
    assert.equal(archive.readUInt32LE(at), 0x02014b50);
    const nameLength = archive.readUInt16LE(at + 28);
    const name = archive.toString('latin1', at + 46, at + 46 + nameLength);
    const local = archive.readUInt32LE(at + 42);
    assert.equal(local, next, `${name} follows the file before it`);
    assert.equal(archive.readUInt32LE(local), 0x04034b50);
    // From the version that is needed to the length of the extra field, both headers hold the same.
    assert.deepEqual(archive.subarray(local + 4, local + 30), archive.subarray(at + 6, at + 32), `both headers of ${name} agree`);
    assert.equal(archive.toString('latin1', local + 30, local + 30 + nameLength), name);
    const packed = archive.readUInt32LE(at + 20);
    const begin = local + 30 + nameLength + archive.readUInt16LE(local + 28);
    const data = inflateRawSync(archive.subarray(begin, begin + packed));
    assert.equal(data.length, archive.readUInt32LE(at + 24), `the size of ${name}`);
    assert.equal(crc32(data), archive.readUInt32LE(at + 16), `the CRC-32 of ${name}`);
    assert.ok(!files.has(name), `${name} is there once`);
    files.set(name, data);
    next = begin + packed;
    at += 46 + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  assert.equal(at, end, 'the central directory has no more entries than it says');
  return files;
}
