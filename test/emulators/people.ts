/** fal, whose pictures show people of test/fixtures/faces: who it is depends on seed and prompt alone. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { fal } from './fal.ts';
import type { Service } from './service.ts';

const SIZE_PX = 512;
/** The pictures that are answered with; the strangers among them are less alike than any gate asks for. */
const SHOWN = ['ana/02', 'kofi/01', 'ana/06', 'kenji/01', 'ana/05'];

/** The face that its pictures are compared with. */
export const ANA = new URL('../fixtures/faces/ana/01.jpg', import.meta.url);

/** Makes the service; about two of five show a stranger. Each picture holds the id of its request (`pictureKey`). */
export function people(): Service {
  const service = fal();
  const pictures = new Map<string, Promise<Buffer>>();
  const pictureOf = (input: Readonly<Record<string, unknown>>): Promise<Buffer> => {
    const chance = createHash('sha256')
      .update(`${String(input['seed'])} ${String(input['prompt'])}`)
      .digest();
    const name = SHOWN[chance.readUInt32BE() % SHOWN.length] ?? '';
    const known = pictures.get(name) ?? photo(name);
    pictures.set(name, known);
    return known;
  };
  return {
    ...service,
    routes: service.routes.map((route) =>
      route.operation !== 'download'
        ? route
        : {
            ...route,
            handle: async (call) => {
              const request = service.requests.get(call.params['id'] ?? '');
              if (!request) return { status: 404, body: 'Not Found' };
              const body = keyed(await pictureOf(request.input), request.id);
              return { headers: { 'content-type': 'image/png' }, body };
            },
          },
    ),
  };
}

function photo(name: string): Promise<Buffer> {
  const file = readFileSync(new URL(`../fixtures/faces/${name}.jpg`, import.meta.url));
  return sharp(file).resize(SIZE_PX, SIZE_PX).png({ compressionLevel: 1 }).toBuffer();
}

const HEADER_END = 33;

/** The PNG with a text behind its header, as `makePicture` writes it. */
function keyed(png: Buffer, key: string): Buffer {
  const text = Buffer.from(`tEXtkey\0${key}`, 'latin1');
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(text.length - 4);
  sum.writeUInt32BE(crc32(text));
  return Buffer.concat([png.subarray(0, HEADER_END), length, text, sum, png.subarray(HEADER_END)]);
}
