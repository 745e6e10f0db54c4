/**
 * An emulated OpenAI with large pictures, made before they are asked for: `node test/programs/large-pictures.ts BYTES
 * LATENCY_MS` prints its base URL. The checks of requests and the charges are those of the emulator; its answers' bytes
 * are ready.
 */
import { startEmulator } from '../emulators/emulator.ts';
import type { Call } from '../emulators/service.ts';
import { openai } from '../emulators/openai.ts';
import { makePicture } from '../emulators/picture.ts';

const [sizeBytes = '1500000', latencyMs = '1000'] = process.argv.slice(2);
const service = openai();
const ready = Array.from({ length: 16 }, (_, index) =>
  makePicture(1024, 1024, `ready ${index}`, { sizeBytes: Number(sizeBytes) }).toString('base64'),
);
const marker = '"b64_json":"';

const routes = service.routes.map((route) => ({
  ...route,
  handle: async (call: Call) => {
    const answer = await route.handle(call);
    const text = JSON.stringify(answer.body);
    const start = text.indexOf(marker) + marker.length;
    if (start < marker.length) return answer;
    const body = Buffer.from(
      text.slice(0, start) + (ready[call.position % ready.length] ?? '') + text.slice(text.indexOf('"', start)),
      'latin1',
    );
    return { ...answer, body, headers: { ...answer.headers, 'content-type': 'application/json' } };
  },
}));
const emulator = await startEmulator({ ...service, routes }, { latencyMs: Number(latencyMs) });
console.log(`${emulator.url}/v1`);
