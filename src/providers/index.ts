/** The providers by name. Adding one: its file, and its line here. */
import type { ProviderModule } from './provider.ts';

/** Name → its module, loaded when it is asked for. */
export const PROVIDERS: Record<string, () => Promise<{ default: ProviderModule }>> = {
  local: () => import('./local.ts'),
  openai: () => import('./openai.ts'),
  replicate: () => import('./replicate.ts'),
};
