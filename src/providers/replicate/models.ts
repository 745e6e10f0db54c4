/** Replicate's models by their ids: `owner/name` or `owner/name:version`. */
import type { Capabilities } from '../capabilities.ts';
import type { ModelList } from '../models.ts';
import type { ReplicateModel } from './model-record.ts';
import { MODELS } from './model-table.ts';

/**
 * Used when the config names none: the family with references, a seed, free sizes and a published price
 * (docs/models.md, "Which model").
 */
export const DEFAULT_MODEL = 'black-forest-labs/flux-2-pro';

/** A model that is not listed and whose schema was not read yet: nothing is refused of it before it was. */
export const UNREAD: Capabilities = {
  prompt: 'unread',
  seed: 'best-effort',
  referencesMax: 14,
  keepsFace: 'references',
  sizes: { kind: 'any' },
  qualities: [],
  negativePrompt: true,
  unread: true,
  cancel: true,
  reattach: true,
};

/** The same, to look models up in. */
export const MODEL_LIST: ModelList<ReplicateModel> = {
  service: 'Replicate',
  models: MODELS,
  defaultModel: DEFAULT_MODEL,
};

/** `owner/name` of a model id with or without `:version`. */
export function baseIdOf(id: string): string {
  return id.split(':')[0] ?? id;
}

/** The record of a model id, with or without `:version`. */
export function modelRecord(id: string): ReplicateModel | undefined {
  return MODELS.find((model) => model.id === baseIdOf(id));
}

/**
 * A model id taken apart; undefined when it is none (`owner/name` or `owner/name:version`, version 64 hex characters).
 */
export function modelParts(id: string): { owner: string; name: string; version?: string } | undefined {
  const [, owner, name, version] = /^([a-z0-9][\w.-]*)\/([a-z0-9][\w.-]*)(?::([0-9a-f]{64}))?$/i.exec(id) ?? [];
  if (owner === undefined || name === undefined) return undefined;
  return { owner, name, ...(version === undefined ? {} : { version }) };
}
