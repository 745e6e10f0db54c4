/** The input of the prompt, told by its name. Pure. */
import type { InputSchema } from './schema.ts';

/** Names of a prompt, best first, in any case. */
const PROMPTS = [
  'prompt',
  'text_prompt',
  'positive_prompt',
  'prompts',
  'input_prompt',
  'user_prompt',
  'instruction',
  'instruction_text',
  'edit_prompt',
  'editing_prompts',
  'target_prompt',
  'generation_prompt',
  'positive',
  'text',
  'caption',
  'description',
  'background_prompt',
];

/** The input of the prompt; undefined: the model takes none (upscalers, restorers, background removers, face swaps). */
export function promptField({ fields }: InputSchema): string | undefined {
  const texts = [...fields].filter(([, { type }]) => ['string', 'array', undefined].includes(type));
  return PROMPTS.flatMap((known) => texts.find(([name]) => name.toLowerCase() === known)?.[0] ?? [])[0];
}

/** True for names of a prompt. */
export function isPrompt(name: string): boolean {
  return PROMPTS.includes(name.toLowerCase());
}
