/** The image models that OpenAI has. */

/** A model of the emulated account. */
export interface Model {
  id: string;
  /** Any size in steps of 16, or the three standard ones. */
  flexible: boolean;
  /** Takes `xhigh` and `max`. */
  finest: boolean;
  shutdown_date?: string;
}

const flexible = (id: string, finest: boolean): Model => ({ id, flexible: true, finest });
const standard = (id: string): Model => ({ id, flexible: false, finest: false, shutdown_date: '2026-12-01' });

/** The image models of 2026-11-21; what is gone is not here. */
export const LIVE_MODELS: readonly Model[] = [
  flexible('gpt-image-2', false),
  flexible('gpt-image-2-2026-04-21', false),
  flexible('gpt-image-2.5-sunburst', true),
  flexible('gpt-image-2.5-sunburst-2026-09-08', true),
  flexible('gpt-image-2.5-flare', true),
  flexible('gpt-image-2.5-flare-2026-09-08', true),
  flexible('gpt-image-2.6-sunburst', false),
  flexible('gpt-image-2.6-flare', false),
  standard('gpt-image-1-mini'),
  standard('gpt-image-1.5'),
  standard('chatgpt-image-latest'),
];
