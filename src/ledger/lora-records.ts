/** A LoRA of a character: the weights that a trainer made of its pictures. */
export interface Lora {
  id: number;
  characterKey: number;
  characterId: string;
  jobId: number;
  attemptId: number;
  /** `named`: its file does not have that name yet. */
  state: 'named' | 'stored' | 'removed';
  /** Later packs of the character use it, at its provider. */
  chosen: boolean;
  /** Who trained it … */
  provider: string;
  /** … with which trainer. */
  model: string;
  /** Models of the provider that take the weights. */
  madeWith: readonly string[];
  /** Stands for the character in prompts. */
  trigger: string;
  /** What follows the trigger word in the captions: `woman`. */
  className: string;
  steps: number;
  /** Pictures it was trained with. */
  images: number;
  /** The weights at the service, which may not keep them for ever; null: it told no address that can be kept. */
  url: string | null;
  /** The version of the destination model at the service, `owner/name:id`; null: the service makes none. */
  version: string | null;
  filename: string;
  /** Absolute. */
  path: string;
  sha256: string;
  sizeBytes: number;
  costMicros: number;
  createdAtMs: number;
}
