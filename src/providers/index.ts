/** The providers by name. Adding one: its file, and its line here. */
import type { ProviderRegistry } from './definition.ts';

/** Name → the variables of its key, and its module, loaded when it is used. Of equals `auto` takes the first. */
export const PROVIDERS: ProviderRegistry = {
  local: { keyVariables: [], draws: true, load: () => import('./local.ts') },
  openai: { keyVariables: ['OPENAI_API_KEY'], load: () => import('./openai.ts') },
  replicate: { keyVariables: ['REPLICATE_API_TOKEN'], trains: 'named', load: () => import('./replicate.ts') },
  gemini: { keyVariables: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'], load: () => import('./gemini.ts') },
  imagen: { keyVariables: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'], load: () => import('./imagen.ts') },
  bfl: { keyVariables: ['BFL_API_KEY'], load: () => import('./bfl.ts') },
  fal: { keyVariables: ['FAL_KEY'], trains: 'usual', load: () => import('./fal.ts') },
  runpod: { keyVariables: ['RUNPOD_API_KEY'], load: () => import('./runpod.ts') },
  a1111: { keyVariables: ['A1111_API_AUTH'], ownServer: true, load: () => import('./a1111.ts') },
  modal: { keyVariables: ['MODAL_KEY'], ownServer: true, load: () => import('./modal.ts') },
  'openai-compatible': {
    keyVariables: ['OPENAI_COMPATIBLE_API_KEY'],
    ownServer: true,
    load: () => import('./openai-compatible.ts'),
  },
  comfyui: { keyVariables: [], ownServer: true, load: () => import('./comfyui.ts') },
};
