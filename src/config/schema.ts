/** The zod schema of a config file: types, defaults, messages and the JSON Schema of editors all come from it. */
import { z } from 'zod';
import { characterSchema, seedSchema } from '../character.ts';
import { lineOfText, wholeNumber } from '../fields.ts';
import { scenesSchema } from './scene-schema.ts';
import { aspectRatioSchema, sizeSchema } from './size.ts';

/** The provider where none is named and no key is found: it needs none. */
export const DEFAULT_PROVIDER = 'local';

const yesOrNo = z.boolean({ error: 'expected true or false' });
const usd = z
  .number({ error: 'expected US dollars, 0 or more' })
  .min(0, { error: 'expected US dollars, 0 or more' })
  .max(1_000_000, { error: 'expected at most 1,000,000 US dollars' });

const name = lineOfText(60);
const path = lineOfText(1000);

/** What file, environment and caller all can set, each without its default. */
export const settings = {
  provider: name,
  model: lineOfText(200),
  size: sizeSchema,
  quality: lineOfText(40),
  aspectRatio: aspectRatioSchema,
  transparent: yesOrNo,
  batch: yesOrNo,
  seed: seedSchema,
  concurrency: wholeNumber(1, 64),
  attemptsMax: wholeNumber(1, 10),
  timeoutMs: wholeNumber(1000, 3_600_000),
  budgetUsd: usd,
  maxImageUsd: usd,
  maxDayUsd: usd,
  output: path,
  ledger: path,
  storage: name,
  owner: lineOfText(100),
  priority: z.enum(['high', 'normal', 'low'], { error: 'expected high, normal or low' }),
  thumbnails: yesOrNo,
  placeholders: yesOrNo,
  requireSeed: yesOrNo,
  allowUnknownPrice: yesOrNo,
  score: yesOrNo,
  minConsistency: z
    .number({ error: 'expected a likeness from 0 to 1' })
    .min(0, { error: 'expected a likeness from 0 to 1' })
    .max(1, { error: 'expected a likeness from 0 to 1' }),
  rerolls: wholeNumber(0, 10),
  allowInconsistent: yesOrNo,
};

const facesSchema = z.strictObject(
  {
    score: settings.score
      .optional()
      .describe('Compare the faces of new pictures, on this machine. Left out: where there is a face to compare with.'),
    keep: yesOrNo.default(false).describe('Keep the embeddings of faces, which are biometric data, in the ledger.'),
    minConsistency: settings.minConsistency
      .optional()
      .describe('Likeness, 0 to 1, under which a picture is made again and a pack does not pass. None when left out.'),
    rerolls: settings.rerolls
      .default(1)
      .describe('How many other takes a picture under minConsistency gets at most; each costs what a picture costs.'),
    allowInconsistent: settings.allowInconsistent
      .default(false)
      .describe('A pack under minConsistency passes all the same.'),
  },
  { error: (issue) => (issue.code === 'invalid_type' ? 'expected { "minConsistency": 0.85 }' : undefined) },
);

const budgetSchema = z.strictObject(
  {
    perImageUsd: usd.optional().describe('What one image may cost at worst, in US dollars.'),
    perRunUsd: usd.optional().describe('What one job may cost, in US dollars.'),
    perDayUsd: usd.optional().describe('What all jobs on this ledger may cost in one UTC day, in US dollars.'),
  },
  { error: (issue) => (issue.code === 'invalid_type' ? 'expected caps: { "perRunUsd": 5 }' : undefined) },
);

/**
 * The whole file, strict. Options of providers (`providers.<name>`) and of the store (`storage` beside `provider`) are
 * checked by the schemas of their own files; names of providers and stores against the registries.
 */
export const fileSchema = z.strictObject(
  {
    $schema: z
      .string({ error: 'expected the address of a JSON Schema' })
      .optional()
      .describe('JSON Schema for editors; imggen does not read it.'),
    character: characterSchema.optional().describe('Who is in the pictures. Locked at first use.'),
    provider: settings.provider
      .default(DEFAULT_PROVIDER)
      .describe('Service that makes the pictures; auto: the cheapest that keeps what is asked for.'),
    fallback: z
      .array(settings.provider.describe('Name of a provider.'), { error: 'expected a list of provider names' })
      .max(8, { error: 'expected at most 8 providers' })
      .default([])
      .describe('Providers tried in this order when the first is unavailable, or only ever answers 429.'),
    model: settings.model
      .optional()
      .describe("Model of the provider; else the provider's option model, else its default."),
    size: settings.size
      .default('1024x1024')
      .describe('Size of the pictures in pixels: WIDTHxHEIGHT, 64 to 4096 a side.'),
    quality: settings.quality.optional().describe('Quality as the model takes it: low, medium, high, auto.'),
    aspectRatio: settings.aspectRatio
      .optional()
      .describe('Shape of the pictures, WIDTH:HEIGHT, as 3:4: with about as many pixels as size.'),
    transparent: settings.transparent
      .default(false)
      .describe('Pictures with a transparent background, of models that can.'),
    batch: settings.batch
      .default(false)
      .describe('Pictures go in batches: half the price, made within a day, collected by a later run. OpenAI, Gemini.'),
    concurrency: settings.concurrency.default(4).describe('How many pictures are made at the same time.'),
    staggerMs: wholeNumber(0, 60_000)
      .optional()
      .describe('Milliseconds between the first requests. 50 when left out, 0 for the local provider.'),
    attemptsMax: settings.attemptsMax
      .default(3)
      .describe('How often one picture is tried at each provider, before the next or its end.'),
    timeoutMs: settings.timeoutMs.default(300_000).describe('How long one attempt may take, in milliseconds.'),
    drainMs: wholeNumber(0, 3_600_000)
      .optional()
      .describe(
        'How long the first Ctrl-C waits for requests that are paid and cannot be collected later, in milliseconds.',
      ),
    budget: budgetSchema.default({}).describe('Caps on spending. No request is sent that could pass one.'),
    output: settings.output.default('images').describe('Folder of the pictures, relative to this file.'),
    storage: z
      .looseObject(
        { provider: settings.storage.describe('Name of the store; none keeps the pictures on disk only.') },
        { error: storageError },
      )
      .default({ provider: 'none' })
      .describe("Where finished pictures are uploaded, with that store's own options."),
    scenes: scenesSchema
      .default([])
      .describe('What packs show, in your own words. Empty: poses and places of the catalogue.'),
    providers: z
      .record(z.string(), z.looseObject({}, { error: 'expected options: { … }' }), {
        error: 'expected an object of provider names',
      })
      .default({})
      .describe("Each provider's own options, by its name."),
    owner: settings.owner.optional().describe('Who the jobs belong to, where several people share a ledger.'),
    priority: settings.priority.default('normal').describe('Whose pictures are made first: high, normal or low.'),
    faces: facesSchema
      .default({ keep: false, rerolls: 1, allowInconsistent: false })
      .describe('How the faces of the pictures are compared, and what follows.'),
    thumbnails: yesOrNo.default(true).describe('Make a small version of every picture.'),
    provenance: yesOrNo.default(true).describe('Write into every picture what made it; false keeps it as it came.'),
    placeholders: yesOrNo
      .default(false)
      .describe('Fill shots that fail with drawings of the local provider, until `retry` makes them.'),
    requireSeed: yesOrNo.default(false).describe('Refuse providers that cannot take a seed.'),
    allowUnknownPrice: yesOrNo
      .default(false)
      .describe('Go on although the price of a picture is not known. It then passes no budget check.'),
  },
  { error: (issue) => (issue.code === 'invalid_type' ? 'expected an object: { "character": … }' : undefined) },
);

/** A config file, checked and with defaults. */
export type ConfigFile = z.infer<typeof fileSchema>;

function storageError(issue: { code: string }): string | undefined {
  return issue.code === 'invalid_type' ? 'expected a store: { "provider": "none" }' : undefined;
}
