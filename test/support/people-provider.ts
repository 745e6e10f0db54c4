/** A provider that answers with photographs of test/fixtures/faces, in the order that it is told. */
import { readFileSync } from 'node:fs';
import { defineProvider, type Provider, type ProviderRegistry } from '../../src/index.ts';
import { z } from 'zod';
import { undecodablePng } from './undecodable.ts';

const CAPABILITIES: ReturnType<Provider['capabilities']> = {
  seed: 'exact',
  referencesMax: 4,
  keepsFace: 'references',
  sizes: { kind: 'free', minPx: 64, maxPx: 4096, multipleOf: 1, ratioMax: 4 },
  qualities: [],
  negativePrompt: true,
  cancel: false,
  reattach: false,
};

/** Answered with, it is a picture that can't be decoded. */
export const UNDECODABLE = 'undecodable';

const pathOf = (name: string): URL => new URL(`../fixtures/faces/${name}.jpg`, import.meta.url);

/** The provider `people`: answers the n-th request with the n-th picture, `ana/01`; then with the last again. */
export class People {
  /** What was asked for, in order. */
  readonly asked: { shot: string; seed: number }[] = [];
  private readonly answers: readonly string[];

  constructor(answers: readonly string[]) {
    this.answers = answers;
  }

  /** For `ImgGen.open({ providers })`. */
  get registry(): ProviderRegistry {
    const module = defineProvider({
      name: 'people',
      optionsSchema: z.strictObject({ model: z.string().optional(), priceUsd: z.number().optional() }),
      models: [],
      create: () => Promise.resolve(this.provider()),
    });
    return { people: { keyVariables: [], load: () => Promise.resolve({ default: module }) } };
  }

  private provider(): Provider {
    return {
      name: 'people',
      idempotent: false,
      findAfterMs: 0,
      defaultModel: 'people-1',
      capabilities: () => CAPABILITIES,
      price: () => ({ worstMicros: 100_000, expectedMicros: 100_000, source: 'test', asOf: '2026-01-01' }),
      warnings: () => [],
      check: () => Promise.resolve({ ok: true, message: '' }),
      submit: async (request, call) => {
        call.onSending();
        const name = this.answers[Math.min(this.asked.length, this.answers.length - 1)] ?? '';
        this.asked.push({ shot: request.shot, seed: request.seed });
        const bytes = name === UNDECODABLE ? undecodablePng(400, 400) : readFileSync(pathOf(name));
        return { state: 'generated', image: { kind: 'bytes', bytes }, seedHonored: 'yes' };
      },
    };
  }
}
