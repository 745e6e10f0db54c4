import { dirname } from 'node:path';
import type { ScoredPicture, ScoreReport } from '../app/score.ts';
import { UserError } from '../errors.ts';
import { SMALL_PX, type Unscored } from '../faces/score.ts';
import { printable } from '../sanitize.ts';
import { EXIT, type ExitCode } from '../terminal/exit-codes.ts';
import { printJson, printLine, printTable, printText, type Io } from '../terminal/print.ts';
import { count, likeness } from '../views/format.ts';
import type { Cell, Column } from '../views/table.ts';
import { withImgGen, type CommonFlags } from './flags.ts';

/** Options of `imggen score`. */
export interface ScoreFlags extends CommonFlags {
  reference?: readonly string[] | undefined;
  /** 0 … 1. */
  minConsistency?: string | undefined;
}

/** From this likeness on a face is most probably the same; under the second it is most probably not. */
const GOOD = 0.85;
const BAD = 0.5;

const COLUMNS: Column[] = [
  { title: 'picture', flexible: true },
  { title: 'same face', align: 'right' },
  { title: 'faces', align: 'right', spare: 2 },
  { title: 'face', align: 'right', spare: 1 },
  { title: 'turned', align: 'right', spare: 3 },
  { title: 'nearest', align: 'right', spare: 0 },
  { title: 'note' },
];

/** `imggen score <id|folder|files…>`: is it the same face? */
export function score(io: Io, what: readonly string[], flags: ScoreFlags): Promise<ExitCode> {
  const least = leastOf(flags.minConsistency);
  return withImgGen(io, flags, { configOptional: true }, async (imggen) => {
    const reading = readingLine(io, flags);
    reading.show('loading the networks that read faces');
    const onRead = (done: number, all: number) => reading.show(`reading faces: ${done} of ${all}`);
    const report = await imggen.score({ what, references: flags.reference, onRead }).finally(() => reading.clear());
    if (flags.json) printJson(io, report);
    else print(io, flags, report);
    return isBelow(report, least) ? EXIT.someFailed : EXIT.ok;
  });
}

/** @throws {UserError} for what is no number from 0 to 1. */
function leastOf(text: string | undefined): number {
  if (text === undefined) return 0;
  const least = /^\d(?:\.\d{1,15})?$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (least >= 0 && least <= 1) return least;
  throw new UserError(`--min-consistency: expected a number from 0 to 1, got ${JSON.stringify(text)}`);
}

/** Photographs without a face are no consistent pictures; drawings say nothing. */
function isBelow(report: ScoreReport, least: number): boolean {
  return report.score === null ? least > 0 && report.notFound.length > 0 : report.score < least;
}

function print(io: Io, flags: CommonFlags, whole: ScoreReport): void {
  const { folder, report } = withoutFolder(whole);
  printTable(io, flags, { columns: COLUMNS, rows: report.images.map((image) => rowOf(image, report)) });
  printLine(io, folder === '' ? '' : `\nin ${printable(folder)}`);
  for (const line of summaryOf(report)) printText(io, printable(line));
  const folders = new Set(whole.images.map(({ path }) => dirname(path))).size;
  if (report.against === 'pack' && report.characterId === null && folders > 1)
    printText(io, `The pictures of ${folders} folders were compared as one set: name one folder for a set of its own.`);
}

/** A line at a terminal that is written over, beside what is printed; nothing elsewhere. */
function readingLine({ terminal: { stderr } }: Io, { json }: CommonFlags) {
  const isShown = stderr.isTTY === true && json !== true;
  const write = (text: string) => void (isShown && stderr.write(`\r\u001b[K${text}`));
  return { show: write, clear: () => write('') };
}

/** What all names begin with is said once: in a narrow table it would take the place of the names. */
function withoutFolder(report: ScoreReport): { folder: string; report: ScoreReport } {
  const { images, lowest, notFound, several, small, drawings, nearDuplicates, changed } = report;
  const folder = commonFolder(images.map(({ name }) => name));
  const short = (name: string) => (name.startsWith(folder) ? name.slice(folder.length) : name);
  const all = (names: readonly string[]) => names.map(short);
  return {
    folder,
    report: {
      ...report,
      images: images.map((image) => ({ ...image, name: short(image.name) })),
      lowest: lowest === null ? null : short(lowest),
      notFound: all(notFound),
      several: all(several),
      small: all(small),
      drawings: all(drawings),
      changed: all(changed),
      nearDuplicates: nearDuplicates.map(all),
    },
  };
}

/** The folder that all paths are in, with the slash at its end; empty: none. */
function commonFolder([first = '', ...others]: readonly string[]): string {
  const parts = first.split('/').slice(0, -1);
  while (parts.length > 0 && !others.every((name) => name.startsWith(`${parts.join('/')}/`))) parts.pop();
  return parts.length === 0 ? '' : `${parts.join('/')}/`;
}

function rowOf(image: ScoredPicture, report: ScoreReport): Cell[] {
  const nearest = Object.values(image.distances);
  return [
    image.name,
    image.score === null ? { text: 'n/a', tone: 'quiet' } : { text: likeness(image.score), ...toneOf(image.score) },
    image.facesFound > 1 ? String(image.facesFound) : '',
    image.facePx === null ? '' : `${Math.round(image.facePx)} px`,
    image.pose === null ? '' : `${Math.round(image.pose.yaw)}°`,
    nearest.length === 0 ? '' : Math.min(...nearest).toFixed(2),
    { text: notesOf(image, report).join(', '), tone: 'quiet' },
  ];
}

const WHY: Readonly<Record<Unscored, string>> = {
  drawing: 'a drawing',
  'no-face': 'no face found',
  'not-decodable': 'can not be decoded',
  'nothing-to-compare': 'nothing to compare with',
  reference: 'the reference',
};

/** Why a picture has no score, in words. */
export function whyWords(why: string): string {
  return Object.entries(WHY).find(([name]) => name === why)?.[1] ?? why;
}

function notesOf(image: ScoredPicture, { lowest, small, nearDuplicates }: ScoreReport): string[] {
  const same = nearDuplicates.find((names) => names.includes(image.name));
  const first = same?.[0];
  return [
    image.why === null ? [] : WHY[image.why],
    image.name === lowest ? 'the lowest' : [],
    small.includes(image.name) ? 'a small face' : [],
    first === undefined || first === image.name ? [] : `looks like ${first}`,
  ].flat();
}

/** So many names are told in a line; `--json` has all. */
const NAMES_MAX = 20;

function someOf(names: readonly string[]): string {
  const more = names.length > NAMES_MAX ? ` and ${names.length - NAMES_MAX} more` : '';
  return names.slice(0, NAMES_MAX).join(', ') + more;
}

/** What the table comes to, a line each. */
export function summaryOf(report: ScoreReport): string[] {
  const { against, references, images, poseSpread } = report;
  const compared = { references: `against ${count(references.length, 'reference')}`, avatar: 'against the avatar' };
  const how = against === 'pack' ? 'each against the others' : compared[against];
  const rated = images.filter((image) => image.score !== null).length;
  const whole = `same face: ${report.score === null ? 'n/a' : likeness(report.score)}`;
  const listed = (what: string, names: readonly string[]) => (names.length === 0 ? [] : `${what}: ${someOf(names)}`);
  const spread = poseSpread === null ? [] : `spread of poses: ${poseSpread.toFixed(0)}°${copies(report)}`;
  return [
    `${whole} (${count(rated, 'picture')}, ${how})`,
    spread,
    listed('no face found', report.notFound),
    listed('several faces', report.several),
    listed(`a face under ${SMALL_PX} px`, report.small),
    listed('drawings', report.drawings),
    report.nearDuplicates.map((names) => `look the same: ${someOf(names)}`),
    listed('changed since it was made, so its score is not kept', report.changed),
    report.unreadable.map(({ name, message }) => `${name} can't be read: ${message}`),
    'A score is a gate, not a verdict: look at the pictures.',
  ].flat();
}

/** Ten copies of one view are alike, and no pack. */
function copies({ poseSpread }: ScoreReport): string {
  return poseSpread !== null && poseSpread < 5 ? ': all nearly the same view' : '';
}

function toneOf(value: number): { tone?: 'good' | 'bad' } {
  return value >= GOOD ? { tone: 'good' } : value < BAD ? { tone: 'bad' } : {};
}
