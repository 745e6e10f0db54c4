/** How far a prompt is, as ComfyUI tells whoever listens under the name that it was sent with. */
import { z } from 'zod';

/** A step of a node that takes many (Comfy-Org/docs comms_messages: `progress`). */
const stepSchema = z.object({
  type: z.literal('progress'),
  data: z.object({ value: z.number(), max: z.number().positive(), prompt_id: z.string().nullish() }),
});

/** An open ear. */
export interface Progress {
  /** 0…1 of the node that works; undefined: not told. */
  share: () => number | undefined;
  close: () => void;
}

/**
 * Listens to the steps of a prompt. Only to show them: where nobody can be listened to, nothing is told.
 * @param onStep called with 0…1.
 */
export function watchProgress(baseUrl: string, promptId: string, onStep: (share: number) => void): Progress {
  let latest: number | undefined;
  let socket: WebSocket | undefined;
  try {
    socket = new WebSocket(`${baseUrl.replace(/^http/, 'ws')}/ws?clientId=${promptId}`);
  } catch {
    return { share: () => undefined, close: () => {} };
  }
  // Pictures of the work in progress come as bytes: nobody looks at them.
  socket.binaryType = 'arraybuffer';
  socket.addEventListener('error', () => {});
  socket.addEventListener('message', ({ data }: { data: unknown }) => {
    const share = typeof data === 'string' ? shareIn(data, promptId) : undefined;
    if (share === undefined) return;
    latest = share;
    onStep(share);
  });
  return { share: () => latest, close: () => socket.close() };
}

function shareIn(text: string, promptId: string): number | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { data: message } = stepSchema.safeParse(json);
  if (!message || (message.data.prompt_id ?? promptId) !== promptId) return undefined;
  return Math.min(Math.max(message.data.value / message.data.max, 0), 1);
}
