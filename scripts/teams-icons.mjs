// `node scripts/teams-icons.mjs`: draws the two icons of the Teams app, a database with a keyhole, into manifests/teams.
//   --out DIR   into another folder
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { png } from './png.mjs';
import { here, options } from './tree.mjs';

const { out } = options({ out: { type: 'string' } });
const folder = out === undefined ? join(here, 'manifests/teams') : resolve(out);

/** Everything is drawn in a square from -1 to 1, and each pixel is the mean of as many points as this, squared. */
const points = 8;
const blank = [255, 255, 255, 0];
const white = [255, 255, 255, 255];
const indigo = [0x4f, 0x46, 0xe5, 255];
const pale = [0xc7, 0xd2, 0xfe, 255];

const ellipse = (x, y, cx, cy, rx, ry) => ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 <= 1;
/** A cylinder that stands upright: `wide` and `high` from its middle, `flat` the half height of its lid. */
const cylinder = (x, y, wide, high, flat) =>
  (Math.abs(x) <= wide && Math.abs(y) <= high) || ellipse(x, y, 0, -high, wide, flat) || ellipse(x, y, 0, high, wide, flat);
const keyhole = (x, y, size) =>
  ellipse(x, y, 0, -0.25 * size, 0.5 * size, 0.5 * size) ||
  (y >= -0.1 * size && y <= size && Math.abs(x) <= 0.14 * size + 0.24 * size * ((y + 0.1 * size) / (1.1 * size)));

/** What colour a point has. */
const icons = [
  {
    file: 'color.png',
    size: 192,
    colour: (x, y) => {
      if (keyhole(x, y - 0.17, 0.2)) return indigo;
      if (ellipse(x, y, 0, -0.34, 0.44, 0.15)) return pale;
      return cylinder(x, y, 0.44, 0.34, 0.15) ? white : indigo;
    },
  },
  {
    file: 'outline.png',
    size: 32,
    colour: (x, y) => {
      if (keyhole(x, y - 0.34, 0.3)) return white;
      if (!cylinder(x, y, 0.8, 0.66, 0.3)) return blank;
      const inside = cylinder(x, y, 0.66, 0.66, 0.17);
      const lid = ellipse(x, y, 0, -0.66, 0.8, 0.3) && !ellipse(x, y, 0, -0.66, 0.66, 0.17);
      return !inside || lid ? white : blank;
    },
  },
];

mkdirSync(folder, { recursive: true });
for (const { file, size, colour } of icons) {
  writeFileSync(join(folder, file), png(size, drawn(size, colour)));
  console.log(join(folder, file));
}

/** The pixels; colours are weighted by how much of them there is, so that edges to nothing do not darken. */
function drawn(size, colour) {
  const pixels = new Uint8Array(size * size * 4);
  const at = (pixel, part) => ((pixel + (part + 0.5) / points) / size) * 2 - 1;
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++) {
      const sum = [0, 0, 0, 0];
      for (let i = 0; i < points * points; i++) {
        const [red, green, blue, alpha] = colour(at(x, i % points), at(y, Math.floor(i / points)));
        sum[0] += red * alpha;
        sum[1] += green * alpha;
        sum[2] += blue * alpha;
        sum[3] += alpha;
      }
      const mean = sum[3] === 0 ? blank : [sum[0] / sum[3], sum[1] / sum[3], sum[2] / sum[3], sum[3] / points ** 2];
      pixels.set(mean.map(Math.round), (y * size + x) * 4);
    }
  return pixels;
}
