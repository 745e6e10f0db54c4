/** What the web UI is asked for. */
import type { ImageRequest } from '../provider.ts';
import { referenceBytes } from '../references.ts';

const REFERENCE_LIMIT = { service: 'AUTOMATIC1111', maxBytes: 50_000_000 };

/**
 * The request: one picture, not kept by the server.
 * @param how.input the user's own fields, weaker than what makes it one picture of this seed and size.
 * @param how.loaded the name that stands for the checkpoint that is loaded; another is loaded for this picture.
 * @throws {ProviderError} `rejected` when a reference can't be read.
 */
export async function bodyOf(
  request: ImageRequest,
  how: { input: Readonly<Record<string, unknown>>; loaded: string },
): Promise<object> {
  const { input, loaded } = how;
  const pictures = await Promise.all(
    request.references.map(async (one) => (await referenceBytes(one, REFERENCE_LIMIT)).toString('base64')),
  );
  const { override_settings: own } = input;
  const checkpoint = request.model === loaded ? {} : { sd_model_checkpoint: request.model };
  return {
    ...input,
    prompt: request.prompt,
    negative_prompt: request.negativePrompt ?? '',
    seed: request.seed,
    width: request.width,
    height: request.height,
    batch_size: 1,
    n_iter: 1,
    send_images: true,
    save_images: false,
    // Progress is told of the task that is under way.
    force_task_id: request.attemptKey,
    ...(pictures.length > 0 ? { init_images: pictures } : {}),
    override_settings: { ...(typeof own === 'object' ? own : {}), ...checkpoint },
  };
}
