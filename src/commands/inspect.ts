import { basename } from 'node:path';
import type { InspectedFile } from '../app/inspect.ts';
import { printable } from '../sanitize.ts';
import { EXIT, type ExitCode } from '../terminal/exit-codes.ts';
import { printJson, printText, type Io } from '../terminal/print.ts';
import { withImgGen, type CommonFlags } from './flags.ts';

/** `imggen inspect <file>`: what made a file, as it says itself. */
export function inspect(io: Io, file: string, flags: CommonFlags): Promise<ExitCode> {
  return withImgGen(io, flags, { configOptional: true }, async (imggen) => {
    const found = await imggen.inspect(file);
    if (flags.json) printJson(io, found);
    else for (const line of linesOf(found)) printText(io, printable(line));
    return EXIT.ok;
  });
}

/** Of one text of another tool. */
const SHOWN_CHARS_MAX = 400;

/** Where a model has worked on a picture without words. */
const SHA256_OF_NOTHING = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

const MEANS: Readonly<Record<string, string>> = {
  trainedAlgorithmicMedia: 'made by a trained model',
  algorithmicMedia: 'made by an algorithm without a trained model',
  compositeWithTrainedAlgorithmicMedia: 'edited with a trained model',
  digitalCapture: 'taken with a camera',
};

function linesOf(found: InspectedFile): string[] {
  const { made, sourceTypes, c2paBytes, ledger, sidecar } = found;
  const means = sourceTypes.map((type) => (MEANS[type] === undefined ? type : `${type} (${MEANS[type]})`));
  const facts: [name: string, value: string | null][] = [
    ['file', `${found.format}, ${found.width}x${found.height}, ${found.sizeBytes} bytes`],
    ['sha256', found.sha256],
    ['source type', means.join(', ') || 'it names none'],
    ['made by', made && `imggen with ${made.provider} ${made.model}, ${made.createdAt}`],
    ['seed', made && `${made.seed} (used: ${made.seedHonored})`],
    ['prompt', made && (made.promptSha256 === SHA256_OF_NOTHING ? 'none' : `sha256 ${made.promptSha256}`)],
    ['credentials', c2paBytes === null ? 'no C2PA' : `C2PA, ${c2paBytes} bytes, not verified`],
    ['beside it', sidecar && basename(sidecar.path)],
    [
      'ledger',
      ledger && `${ledger.shot} of ${ledger.characterId}, ${ledger.isUnchanged ? 'as it was made' : 'changed since'}`,
    ],
    ['exif', found.exif ? 'yes' : null],
    ...otherXmp(found),
    ...found.texts.map(({ name, value }): [string, string] => [name, shortened(value)]),
  ];
  return [
    basename(found.path),
    ...facts.flatMap(([name, value]) => (value === null ? [] : [`  ${printable(name, 20).padEnd(12)} ${value}`])),
  ];
}

/** What another tool wrote; what imggen wrote is told in words. */
function otherXmp({ xmp, made, sidecar }: InspectedFile): [string, string][] {
  if (xmp === null || (made !== null && sidecar === null)) return [];
  return Object.entries(xmp).map(([name, value]): [string, string] => [name, shortened(value)]);
}

function shortened(text: string): string {
  return text.length <= SHOWN_CHARS_MAX ? text : `${text.slice(0, SHOWN_CHARS_MAX)}… (${text.length} characters)`;
}
