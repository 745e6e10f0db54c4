/** The prompt for models that take nothing else. Pure. */
import type { ImageRequest } from './provider.ts';

/** The prompt as it is sent: models without a negative prompt are told in a sentence what to leave out. */
export function promptOf(request: Pick<ImageRequest, 'prompt' | 'negativePrompt'>): string {
  const avoid = request.negativePrompt?.trim().replace(/\.+$/, '');
  return avoid ? `${request.prompt}\nAvoid: ${avoid}.` : request.prompt;
}
