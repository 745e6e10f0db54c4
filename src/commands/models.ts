import type { ModelInfo } from '../app/models.ts';
import { usdOf, usdText } from '../money.ts';
import type { Price } from '../providers/capabilities.ts';
import { EXIT, type ExitCode } from '../terminal/exit-codes.ts';
import { printJson, printTable, printText, widthAt, type Io, type Printed } from '../terminal/print.ts';
import type { Cell, Column } from '../views/table.ts';
import { withImgGen, type MakingFlags } from './flags.ts';

/** Options of this command. */
export interface ModelsFlags extends Omit<MakingFlags, 'provider'> {
  provider?: string | undefined;
}

/** `imggen models [--provider P]`: which model keeps a face, how, and what a picture of this config costs. */
export function models(io: Io, { provider, ...flags }: ModelsFlags): Promise<ExitCode> {
  return withImgGen(io, flags, { configOptional: true }, async (imggen) => {
    const found = await imggen.models({ provider });
    const auto = await imggen.autoChoice();
    const { width, height } = imggen.config.size;
    if (flags.json) printJson(io, { size: `${width}x${height}`, models: found.map(documentOf), auto });
    else {
      printTable(io, flags, widthAt(io) < WIDE ? grouped(found) : { columns: COLUMNS, rows: found.map(cellsOf) });
      printText(io, `\n${notes(`${width}x${height}`, imggen.config.quality)}`);
      printText(io, batchNote(found));
      printText(io, `for one gallery picture with the face ${auto.sentence}`);
    }
    return EXIT.ok;
  });
}

const COLUMNS: readonly Column[] = [
  { title: 'provider' },
  { title: 'model', flexible: true },
  { title: 'keeps a face' },
  { title: 'references', align: 'right', spare: 2 },
  { title: 'seed', spare: 1 },
  { title: 'picture', align: 'right' },
  { title: 'with face', align: 'right' },
];

/** Columns from which the table is wide enough for providers beside their models. */
const WIDE = 110;

/** Models under the names of their providers: without that column their names stay whole. */
function grouped(found: readonly ModelInfo[]): Printed {
  const rows = found.flatMap((model, index) => {
    const [, name = '', ...facts] = cellsOf(model);
    const cell = typeof name === 'string' ? { text: name } : name;
    const row: Cell[] = [{ ...cell, text: `${INDENT}${cell.text}` }, ...facts];
    const isFirst = found[index - 1]?.provider !== model.provider;
    return isFirst ? [[{ text: model.provider, tone: 'strong' as const }], row] : [row];
  });
  return { columns: COLUMNS.slice(1), rows };
}

const INDENT = '  ';

const SEEDS = { exact: 'exact', 'best-effort': 'maybe', none: 'no' } as const;

function cellsOf({ provider, model, isDefault, keepsFace, references, seed, price }: ModelInfo): Cell[] {
  return [
    provider,
    isDefault ? { text: `${model} *`, tone: 'strong' } : model,
    keepsFace === 'none' ? { text: 'no', tone: 'quiet' } : keepsFace,
    references.max === 0 ? '–' : `${references.min > 0 ? '1–' : ''}${references.max}`,
    SEEDS[seed],
    priceText(price?.avatar),
    references.max === 0 ? '–' : priceText(price?.withReference),
  ];
}

function priceText(price: Price | undefined): string {
  if (!price) return 'unknown';
  return price.worstMicros === 0 ? 'free' : usdText(price.worstMicros);
}

function documentOf({ price, priceNote, referenceInput, retiresOn, ...model }: ModelInfo) {
  const { avatar, withReference, inBatch } = price ?? {};
  return {
    ...model,
    referenceInput: referenceInput ?? null,
    priceNote: priceNote ?? null,
    worstUsd: avatar === undefined ? null : usdOf(avatar.worstMicros),
    worstWithReferenceUsd: withReference === undefined ? null : usdOf(withReference.worstMicros),
    worstInBatchUsd: inBatch === undefined ? null : usdOf(inBatch.worstMicros),
    priceSource: avatar === undefined ? null : `${avatar.source}, ${avatar.asOf}`,
    retiresOn: retiresOn ?? null,
  };
}

function batchNote(found: readonly ModelInfo[]): string {
  const names = new Set(found.flatMap(({ provider, price }) => (price?.inBatch ? [provider] : [])));
  return `--batch: half the price, made within a day: ${[...names].join(', ') || 'none of these'}`;
}

function notes(size: string, quality: string | undefined): string {
  const picture = `one picture of ${size}${quality === undefined ? '' : `, ${quality}`}`;
  return [
    `* used when no model is named. Prices: ${picture} at worst; with face: the avatar goes along.`,
    'identity: made for one face · references: the person in new scenes · edit: the picture changed · ' +
      'style: its mood · repaint: painted over, no likeness · drawn: a cartoon. More: docs/models.md',
  ].join('\n');
}
