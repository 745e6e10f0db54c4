import { readFile, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { ProviderError, UserError } from '../errors.ts';
import { sha256Of } from '../images/hash.ts';
import { inspectImage, readImageFile, type ImageFacts } from '../images/inspect.ts';
import { readMetadata, type Metadata } from '../images/metadata.ts';
import { readXmp, TOOL } from '../images/xmp.ts';
import { isVisible } from './characters.ts';
import type { Project } from './project.ts';

/** What a file says of itself. All texts are made safe: one line, no terminal commands, no secrets. */
export interface InspectedFile {
  /** Absolute. */
  path: string;
  format: ImageFacts['format'];
  width: number;
  height: number;
  sizeBytes: number;
  sha256: string;
  /** What imggen wrote of how it was made, in the file or beside it; null: nothing. */
  made: MadeBy | null;
  /** Terms of IPTC's "Digital Source Type" that the file names, such as `trainedAlgorithmicMedia`. */
  sourceTypes: readonly string[];
  /** Content Credentials (C2PA): their size; null: there are none. They are not verified. */
  c2paBytes: number | null;
  /** The simple properties of its XMP; null: there is none. */
  xmp: Readonly<Record<string, string>> | null;
  /** The same of the `.xmp` file beside it. */
  sidecar: { path: string; xmp: Readonly<Record<string, string>> } | null;
  exif: boolean;
  /** What other tools left: `parameters`, `workflow`, `comment`. */
  texts: readonly { name: string; value: string }[];
  /** The picture of that name in the ledger; null: there is none. */
  ledger: { characterId: string; filename: string; shot: string; isUnchanged: boolean } | null;
}

/** How imggen made a picture. */
export interface MadeBy {
  provider: string;
  model: string;
  /** As text: nobody vouches for it. */
  seed: string;
  seedHonored: string;
  promptSha256: string;
  createdAt: string;
}

/** Of one text. */
const CHARS_MAX = 20_000;
/** Longer than any secret. */
const SPARE_CHARS = 4_000;
const SIDECAR_BYTES_MAX = 1024 * 1024;

/** Reads what a file says of itself. @throws {UserError} when it is no whole PNG, JPEG or WebP. */
export async function inspectPicture(
  project: Pick<Project, 'host' | 'clean' | 'ledger' | 'caller'>,
  file: string,
): Promise<InspectedFile> {
  const path = resolve(project.host.cwd, file);
  const { bytes, facts } = await readPicture(path, project.clean);
  const metadata = readMetadata(bytes, facts.format);
  const clean = (text: string): string => cleanedText(project.clean, text);
  const xmp = metadata.xmp === undefined ? null : cleaned(readXmp(metadata.xmp), clean);
  const sidecar = await readSidecar(path, clean);
  const { format, width, height, sizeBytes } = facts;
  const sha256 = sha256Of(bytes);
  return {
    path,
    format,
    width,
    height,
    sizeBytes,
    sha256,
    made: madeBy(xmp) ?? madeBy(sidecar?.xmp ?? null),
    sourceTypes: sourceTypesOf(metadata, [xmp, sidecar?.xmp]),
    c2paBytes: metadata.c2paBytes === 0 ? null : metadata.c2paBytes,
    xmp,
    sidecar,
    exif: metadata.exif,
    texts: metadata.texts.map(({ name, value }) => ({ name: clean(name), value: clean(value) })),
    ledger: inLedger(project, basename(path), sha256),
  };
}

async function readPicture(path: string, clean: Project['clean']): Promise<{ bytes: Buffer; facts: ImageFacts }> {
  try {
    const bytes = await readImageFile(path);
    return { bytes, facts: inspectImage(bytes) };
  } catch (error) {
    if (!(error instanceof ProviderError) && !(error instanceof Error && 'code' in error)) throw error;
    const why = 'code' in error && error.code === 'ENOENT' ? 'there is no such file' : clean(error.message);
    throw new UserError(`${clean(path)} can not be inspected: ${why}`, { cause: error });
  }
}

/** Of long texts only what is told is cleaned. Where it was cut before, a piece of a secret may be at its end. */
function cleanedText(clean: Project['clean'], text: string): string {
  if (text.length <= CHARS_MAX + SPARE_CHARS) return clean(text, CHARS_MAX);
  const start = clean(text.slice(0, CHARS_MAX + SPARE_CHARS), CHARS_MAX);
  return start.length < CHARS_MAX ? start.slice(0, -SPARE_CHARS) : start;
}

type Properties = Readonly<Record<string, string>>;

function cleaned(xmp: Properties, clean: (text: string) => string): Properties {
  return Object.fromEntries(Object.entries(xmp).map(([name, value]) => [clean(name), clean(value)]));
}

async function readSidecar(picture: string, clean: (text: string) => string): Promise<InspectedFile['sidecar']> {
  const path = picture.replace(/\.[A-Za-z0-9]+$/, '.xmp');
  try {
    const stats = await stat(path);
    if (path === picture || !stats.isFile() || stats.size > SIDECAR_BYTES_MAX) return null;
    return { path, xmp: cleaned(readXmp(await readFile(path, 'utf8')), clean) };
  } catch {
    return null;
  }
}

function madeBy(xmp: Properties | null): MadeBy | null {
  if (xmp?.['xmp:CreatorTool'] !== TOOL) return null;
  const told = (name: string): string => xmp[name] ?? '';
  return {
    provider: told('imggen:Provider'),
    model: told('imggen:Model'),
    seed: told('imggen:Seed'),
    seedHonored: told('imggen:SeedHonored'),
    promptSha256: told('imggen:PromptSha256'),
    createdAt: told('xmp:CreateDate'),
  };
}

const SOURCE_TYPE = 'Iptc4xmpExt:DigitalSourceType';

function sourceTypesOf({ c2paSourceTypes }: Metadata, packets: readonly (Properties | null | undefined)[]): string[] {
  const told = packets.flatMap((xmp) => xmp?.[SOURCE_TYPE]?.split('/').at(-1) ?? []);
  return [...new Set([...told, ...c2paSourceTypes])];
}

/** No ledger, one that can't be read, or one of another owner's picture tells nothing. */
function inLedger({ ledger, caller }: Pick<Project, 'ledger' | 'caller'>, filename: string, sha256: string) {
  try {
    if (!ledger.exists) return null;
    const image = ledger.open().images.find(filename);
    if (!image || !isVisible(ledger.open(), caller)(image.characterKey)) return null;
    const { characterId, shot } = image;
    return { characterId, filename: image.filename, shot, isUnchanged: image.sha256 === sha256 };
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}
