/** What of the character's face goes along with the pictures of a job: looked at before anything is paid. */
import { UserError } from '../errors.ts';
import type { Job, JobSettings } from '../ledger/records.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { ReadyProvider } from '../runner/context.ts';
import { faceFor } from '../runner/face.ts';
import { sentReferences, type TakesReferences } from '../runner/sent-references.ts';
import type { Reference } from '../shot.ts';
import type { Project } from './project.ts';

/** A service may take this long to say what a model takes. */
const LEARN_TIMEOUT_MS = 30_000;

/** Reads what a model can do, where its service has to be asked. @throws {UserError} */
export async function learn({ provider }: ReadyProvider, model: string): Promise<void> {
  await provider.learn?.(model, { signal: AbortSignal.timeout(LEARN_TIMEOUT_MS) });
}

/**
 * Where the face of a job's pictures is from. `given`: the config's references. `made`: the avatar that the job makes
 * first. `there`: an avatar. `drawn`: only a drawing, which is not sent. `none`.
 */
type FaceSource = 'given' | 'made' | 'there' | 'drawn' | 'none';

/** What tells where a face is from. */
interface FaceQuestion {
  settings: Pick<JobSettings, 'references' | 'pictures'>;
  /** Undefined: the character is new. */
  characterKey: number | undefined;
  /** The job makes the avatar. */
  makesAvatar: boolean;
  drawing: ReadonlySet<string>;
}

/** Where the face of a job's pictures will be from. */
function faceSource(ledger: Ledger | undefined, of: FaceQuestion): FaceSource {
  if (of.settings.references.length > 0) return 'given';
  if (of.makesAvatar) return 'made';
  const faces = of.characterKey === undefined || !ledger ? [] : ledger.images.faces(of.characterKey);
  const chosen = of.characterKey === undefined ? undefined : ledger?.images.chosenFace(of.characterKey);
  if (faceFor({ faces, chosen, drawing: of.drawing }) || of.settings.pictures?.length) return 'there';
  return faces.length > 0 ? 'drawn' : 'none';
}

/** A job whose face is looked at. */
interface Subject {
  characterId: string;
  settings: JobSettings;
  ready: ReadyProvider;
  face: FaceSource;
}

/**
 * What the user should know of the face before paying; undefined: it goes along, or nothing was expected.
 * @throws {UserError} when the model takes pictures and this face would not go along, or needs one and there is none.
 */
function faceNotice({ characterId, settings, ready, face }: Subject): string | undefined {
  const can = ready.provider.capabilities(settings.model);
  const { name } = ready.provider;
  const where = `${name} (${settings.model})`;
  if (can.keepsFace === 'drawn') return undefined;
  if (can.withheld !== undefined && face !== 'none') {
    throw new UserError(`${where} ${can.withheld}; ${characterId} would not look the same`, {
      hint:
        `nothing was sent. "providers": { "${name}": { "reference": "none" } } makes pictures from prompt and seed ` +
        'alone; other models keep the face',
      advice: { code: 'list-models' },
    });
  }
  if ((can.referencesMin ?? 0) > 0 && face !== 'given' && face !== 'there') {
    const why = face === 'made' ? 'the avatar itself has none' : `${characterId} has no avatar to send`;
    throw new UserError(`${where} needs a reference picture, and ${why}`, {
      hint: 'nothing was sent. Name pictures in character.references, or make the avatar with another model',
    });
  }
  if (face === 'drawn' && can.referencesMax > 0) {
    throw new UserError(`the avatar of ${characterId} is a drawing: it is not sent to ${name} as a face`, {
      hint: `nothing was sent. Make an avatar and training pictures with ${name} first`,
      advice: { code: 'make-avatar-with', provider: name },
    });
  }
  if (can.referencesMax === 0 && face !== 'none')
    return `${where} takes no reference picture: the face is not kept, as it is by other models`;
  return undefined;
}

/** A job whose face is looked at. */
export interface FaceJob {
  characterId: string;
  settings: JobSettings;
  characterKey?: number | undefined;
  makesAvatar?: boolean;
  before: Pick<Job, 'characterKey'> | undefined;
  alike: readonly unknown[];
}

/** What is to be said of the faces of these jobs. @throws {UserError} where one would be left out. */
export function faceNotices(
  { services, ledger }: Pick<Project, 'services' | 'ledger'>,
  jobs: readonly FaceJob[],
  providers: ReadonlyMap<string, ReadyProvider>,
): string[] {
  const opened = ledger.exists ? ledger.open() : undefined;
  const { drawing } = services;
  const notices = jobs.flatMap((job) => {
    const { characterId, settings, makesAvatar = false } = job;
    const ready = providers.get(settings.provider);
    if (job.alike.length === 0 || !ready) return [];
    const characterKey = job.characterKey ?? job.before?.characterKey;
    const face = faceSource(opened, { settings, characterKey, makesAvatar, drawing });
    return faceNotice({ characterId, settings, ready, face }) ?? [];
  });
  return [...new Set(notices)];
}

/** What tells which references a shot of a job goes with. `own`: the shot's, behind those of the face. */
export type FaceSettings = Pick<JobSettings, 'references' | 'pictures' | 'width' | 'height'> & {
  own?: readonly string[];
};

/** A shot, and what its model takes. */
export interface ExpectedShot {
  can: TakesReferences;
  isAvatar?: boolean | undefined;
  /** References that were read. */
  known?: ReadonlyMap<string, Reference> | undefined;
}

/** The references that a shot will go with, as far as they are known now: for its price, and for plans. */
export function expectedReferences(
  { references, pictures = [], own = [], width, height }: FaceSettings,
  { can, isAvatar = false, known }: ExpectedShot,
): Reference[] {
  const unread = { path: '', mime: 'image/png', sha256: '', sizeBytes: 0 } as const;
  const read = (path: string) => known?.get(path) ?? { ...unread, path, sha256: path };
  // The avatar is as large as the pictures.
  const avatar = isAvatar ? [] : [{ ...unread, width, height }];
  const faces = references.length > 0 ? references.map(read) : avatar;
  const parts = { faces, pictures: isAvatar ? [] : pictures, own: own.map(read) };
  return sentReferences(parts, can).slice(0, can.referencesMax);
}
