import assert from 'node:assert/strict';
import { crc32, inflateSync } from 'node:zlib';

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue and alpha of a pixel, each 0 to 255. */
  readonly at: (x: number, y: number) => readonly [number, number, number, number];
}

/** A PNG file with eight bits a channel, alpha, no interlacing and unfiltered rows. Throws for a chunk whose CRC-32 is not its own. */
export function picture(file: Buffer): Picture {
  assert.equal(file.toString('latin1', 0, 8), '\x89PNG\r\n\x1a\n');
  const parts = new Map<string, Buffer>();
  for (let at = 8; at < file.length; ) {
    const length = file.readUInt32BE(at);
    const type = file.toString('latin1', at + 4, at + 8);
    assert.equal(crc32(file.subarray(at + 4, at + 8 + length)), file.readUInt32BE(at + 8 + length), `the CRC-32 of ${type}`);
    parts.set(type, file.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  assert.deepEqual([...parts.keys()], ['IHDR', 'IDAT', 'IEND']);
  const header = parts.get('IHDR') ?? Buffer.alloc(13);
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  assert.deepEqual([...header.subarray(8)], [8, 6, 0, 0, 0], 'truecolour with alpha, not interlaced');
  const rows = inflateSync(parts.get('IDAT') ?? Buffer.alloc(0));
  const row = 1 + width * 4;
  assert.equal(rows.length, height * row);
  for (let y = 0; y < height; y++) assert.equal(rows[y * row], 0, `row ${y} is not filtered`);
  return {
    width,
    height,
    at: (x, y) => {
      const [red = 0, green = 0, blue = 0, alpha = 0] = rows.subarray(y * row + 1 + x * 4, y * row + 5 + x * 4);
      return [red, green, blue, alpha];
    },
  };
}
