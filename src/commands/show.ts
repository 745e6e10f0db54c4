import type { AttemptInfo, ImageInfo } from '../app/show.ts';
import { printable } from '../sanitize.ts';
import { EXIT, type ExitCode } from '../terminal/exit-codes.ts';
import { printJson, printText, type Io } from '../terminal/print.ts';
import { count, likeness, usd } from '../views/format.ts';
import { withImgGen, type CommonFlags } from './flags.ts';
import { whyWords } from './score.ts';

/** `imggen show <image>`: everything that is known of one picture. */
export function show(io: Io, name: string, flags: CommonFlags): Promise<ExitCode> {
  return withImgGen(io, flags, { configOptional: true }, async (imggen) => {
    const image = await imggen.show(name);
    if (flags.json) printJson(io, image);
    else for (const line of linesOf(image)) printText(io, line);
    return EXIT.ok;
  });
}

const SEED_NOTES = { yes: '', no: ' (not used by the service)', unknown: ' (the service does not say if it used it)' };

function linesOf(image: ImageInfo): string[] {
  const facts: [name: string, value: string | null][] = [
    ['character', `${image.characterId}, ${nameOf(image)}${image.isAvatar ? ', the face of all later ones' : ''}`],
    ['made', `${image.createdAt.slice(0, 16).replace('T', ' ')} UTC by ${image.provider} ${image.model}`],
    ['job', image.jobId],
    ['seed', `${image.seed}${SEED_NOTES[image.seedHonored]}`],
    ['size', `${image.width}x${image.height}, ${image.sizeBytes} bytes`],
    ['quality', image.quality],
    ['cost', `${usd(image.costUsd)} for ${count(image.attempts.length, 'request')}`],
    ['marks', [image.review, image.favorite ? 'favorite' : null].filter((mark) => mark !== null).join(', ') || 'none'],
    ['placeholder', standIn(image)],
    ['edited from', image.source],
    ['same face', faceWords(image.scores[0])],
    ['replaced by', image.supersededBy],
    ['file', image.path],
    ['url', image.uploaded ? image.url : null],
  ];
  return [
    image.filename,
    ...facts.flatMap(([name, value]) => (value === null ? [] : [`  ${name.padEnd(12)} ${printable(value)}`])),
    ...image.attempts.flatMap(attemptLines),
    '',
    `  ${promptText(image)}`,
    ...(image.negativePrompt === null ? [] : ['', `  negative prompt: ${printable(image.negativePrompt)}`]),
  ];
}

/** None where a model has worked on a picture without words; of a picture from a store it may not be known. */
function promptText({ prompt, jobId }: ImageInfo): string {
  if (prompt !== '') return printable(prompt);
  return jobId === null ? '(the prompt is not known)' : '(no prompt)';
}

/** The kind, and the shot where that says more: `avatar`, `gallery gallery-0001`. */
function nameOf({ kind, shot }: ImageInfo): string {
  return kind === shot ? kind : `${kind} ${shot}`;
}

function standIn({ placeholder, shot, jobId }: ImageInfo): string | null {
  return placeholder ? `stands in for ${shot}, which failed; a retry of job ${jobId} makes it` : null;
}

const AGAINST = { references: 'the references', avatar: 'the avatar', pack: 'the other pictures' } as const;

/** `0.96 against the avatar (nearest distance 0.28), 153 px high, by face-api …`; null: it was not compared. */
function faceWords(score: ImageInfo['scores'][number] | undefined): string | null {
  if (!score) return null;
  const nearest = Math.min(...Object.values(score.distances));
  const distance = Number.isFinite(nearest) ? ` (nearest distance ${nearest.toFixed(2)})` : '';
  const how = `against ${AGAINST[score.against]}${distance}`;
  const face = score.facePx === null ? [] : [`a face of ${Math.round(score.facePx)} px`];
  const what =
    score.score === null ? `n/a (${score.why === null ? '' : whyWords(score.why)})` : `${likeness(score.score)} ${how}`;
  return [what, ...face, `by ${score.model}`].join(', ');
}

function attemptLines({
  attempt,
  outcome,
  provider,
  batch,
  message,
  remoteId,
  references,
  lora,
  costUsd,
}: AttemptInfo): string[] {
  const id = remoteId === null ? '' : `, ${remoteId}`;
  const why = message === null ? '' : `: ${message}`;
  const end = `${outcome ?? 'not ended'} at ${provider}${batch ? ' in a batch' : ''}, ${usd(costUsd)}${id}${why}`;
  return [
    `  ${`request ${attempt}`.padEnd(12)} ${printable(end)}`,
    ...(lora === null ? [] : [`    with the LoRA ${printable(lora)}`]),
    ...references.map(({ role, filename, path }) => `    sent with it: ${role} ${printable(filename ?? path)}`),
  ];
}
