/** What of the character's face goes along with the pictures of a job: looked at before anything is paid. */
import { UserError } from '../errors.ts';
import type { AlikeShots } from '../ledger/alike.ts';
import type { Image, Job, JobSettings } from '../ledger/records.ts';
import type { ReadyProvider } from '../runner/context.ts';
import { facelessText, fileOf } from '../runner/face.ts';
import { sentReferences, type TakesReferences } from '../runner/sent-references.ts';
import { hasOwnInput, isForKind } from '../runner/roles.ts';
import { sourceOf, type GivenReference, type Reference, type ShotKind } from '../shot.ts';
import { faceOf, rejectedAvatar } from './avatar.ts';
import type { Notice } from './notice.ts';
import type { Project } from './project.ts';

/**
 * Where the face of a job's pictures is from. `given`: the config's references. `made`: the avatar that the job makes
 * first. `there`: an avatar. `drawn`: only a drawing, which is not sent. `none`.
 */
type FaceSource = 'given' | 'made' | 'there' | 'drawn' | 'none';

/** A job whose face is looked at. */
export interface FaceJob {
  characterId: string;
  settings: JobSettings;
  /** Undefined, also of `before`: the character is new. */
  characterKey?: number | undefined;
  /** The job makes the avatar. */
  makesAvatar?: boolean | undefined;
  before?: Pick<Job, 'characterKey'> | undefined;
  alike: readonly Pick<AlikeShots, 'own'>[];
}

/** What tells where a face is from. */
type FacePlan = Pick<FaceJob, 'characterId' | 'characterKey' | 'makesAvatar' | 'before'> & {
  settings: Pick<JobSettings, 'references' | 'pictures'>;
};

/** Whether shots have a face to keep, and whether a picture of it is there before the first of them. */
export interface FaceNeed {
  isKept: boolean;
  isThere: boolean;
}

/** What looking at faces needs of a project. */
type FaceProject = Pick<Project, 'services' | 'ledger' | 'config'>;

/** True when the model of a job takes the avatar's picture along with the others. */
export function takesFace({ references, model }: JobSettings, { provider }: ReadyProvider): boolean {
  const { referencesMax, keepsFace, withheld } = provider.capabilities(model);
  return !references.some(isFace) && referencesMax > 0 && keepsFace !== 'drawn' && withheld === undefined;
}

/** Where the face of a job's pictures will be from; `avatar`: the one that is there; `missing`: why there is none. */
function faceSource(project: FaceProject, job: FacePlan): { face: FaceSource; avatar?: Image; missing: string } {
  const { characterId, characterKey: key = job.before?.characterKey } = job;
  const missing = `${characterId} has no avatar to refer to`;
  if (job.settings.references.some(isFace)) return { face: 'given', missing };
  if (job.makesAvatar) return { face: 'made', missing };
  if (key === undefined || !project.ledger.exists) return { face: 'none', missing };
  const ledger = project.ledger.open();
  const face = faceOf(ledger, key, project.services.drawing);
  const outputs = () => [project.config.output, ...ledger.maintenance.outputs()];
  const isThere = face && fileOf(face, outputs()) !== undefined;
  if (isThere) return { face: 'there', avatar: face, missing };
  if (job.settings.pictures?.length) return { face: 'there', missing };
  if (face) return { face: 'none', missing: `the file of the avatar of ${characterId} is gone (${face.filename})` };
  if (ledger.images.faces(key).length > 0) return { face: 'drawn', missing };
  const rejected = rejectedAvatar(ledger, key);
  if (!rejected) return { face: 'none', missing };
  return { face: 'none', missing: `the avatar of ${characterId} is rejected (${rejected.filename})` };
}

/**
 * The avatar, or what serves as one, that goes along where the model takes it: it is there, or made first (then its
 * `sha256` is empty); undefined: none.
 */
export function plannedAvatar(project: FaceProject, job: FacePlan): Pick<Reference, 'sha256'> | undefined {
  const { face, avatar } = faceSource(project, job);
  return face === 'there' || face === 'made' ? { sha256: avatar?.sha256 ?? '' } : undefined;
}

/** What shots of a character ask of a provider for the sake of the face. */
export function faceNeed(project: FaceProject, plan: FacePlan, alike: readonly Pick<AlikeShots, 'kind'>[]): FaceNeed {
  const { face } = faceSource(project, { ...plan, makesAvatar: false });
  if (face === 'given') return { isKept: true, isThere: true };
  const hasAvatar = alike.some(({ kind }) => kind === 'avatar');
  if (alike.every(({ kind }) => kind === 'avatar')) return { isKept: false, isThere: false };
  return { isKept: hasAvatar || face !== 'none', isThere: face === 'there' };
}

/**
 * What the user should know of the face before paying; undefined: it goes along, or nothing was expected.
 * @throws {UserError} when the model takes pictures and this face would not go along, or needs one and there is none.
 */
export function faceNotice(project: FaceProject, job: FaceJob, ready: ReadyProvider): Notice | undefined {
  const { characterId, settings } = job;
  const can = ready.provider.capabilities(settings.model);
  const { name } = ready.provider;
  const where = `${name} (${settings.model})`;
  // An edit has its face from its source.
  if (can.keepsFace === 'drawn' || job.alike.every(({ own }) => sourceOf(own.references))) return undefined;
  // The LoRA has the face, and was told of when the pictures were planned.
  if (settings.lora !== undefined) return undefined;
  const { face, missing } = faceSource(project, job);
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
  if (can.referencesMax === 0) {
    const trigger = project.config.character?.trigger;
    const lost =
      trigger === undefined
        ? `${where} takes no reference picture: the face is not kept, as it is by other models`
        : `${where} takes no reference picture: the face is kept only by a LoRA that was trained with ${trigger}`;
    return face === 'none' ? undefined : { message: lost };
  }
  if (face !== 'none') return undefined;
  return { message: facelessText(missing), advice: { code: 'make-avatar' } };
}

/** What is to be said of the faces of these jobs, and of which characters. @throws {UserError} as `faceNotice`. */
export function faceNotices(
  project: FaceProject,
  jobs: readonly FaceJob[],
  providers: ReadonlyMap<string, ReadyProvider>,
): { notices: Notice[]; faceless: ReadonlySet<string> } {
  const told = new Map<string, Notice>();
  const faceless = new Set<string>();
  for (const job of jobs) {
    const ready = providers.get(job.settings.provider);
    const notice = ready && faceNotice(project, job, ready);
    if (!notice) continue;
    told.set(notice.message, notice);
    if (notice.advice) faceless.add(job.characterId);
  }
  return { notices: [...told.values()], faceless };
}

/** What tells which references a shot of a job goes with. `own`: the shot's, behind those of the face. */
export type FaceSettings = Pick<JobSettings, 'references' | 'pictures' | 'width' | 'height'> & {
  own?: readonly GivenReference[];
};

/** A shot, and what its model takes. */
export interface ExpectedShot {
  can: TakesReferences;
  /** Default: `gallery`, which has the most. */
  kind?: ShotKind | undefined;
  /** References that were read. */
  known?: ReadonlyMap<string, Reference> | undefined;
  /** The avatar, where it is known: no other picture that is the same goes along. */
  avatar?: Pick<Reference, 'sha256'> | undefined;
}

/** The references that a shot will go with, as far as they are known now: for its price, and for plans. */
export function expectedReferences(
  { references, pictures = [], own = [], width, height }: FaceSettings,
  { can, kind = 'gallery', known, avatar }: ExpectedShot,
): Reference[] {
  const isAvatar = kind === 'avatar';
  const unread = { path: '', mime: 'image/png', sha256: '', sizeBytes: 0 } as const;
  const read = (given: GivenReference): Reference => {
    const path = given.picture;
    return { ...(known?.get(path) ?? { ...unread, path, sha256: path }), role: given.role };
  };
  // The avatar is as large as the pictures.
  const made = isAvatar ? [] : [{ ...unread, ...avatar, width, height }];
  const fitting = references.filter((given) => isForKind(given, kind));
  const faces = fitting.filter(isFace).map(read);
  const others = [...own, ...fitting.filter((given) => !isFace(given))].map(read);
  const parts = { faces: faces.length > 0 ? faces : made, pictures: isAvatar ? [] : pictures, own: others };
  if (can.works && sourceOf(own)) return sentReferences(parts, can);
  let places = can.referencesMax;
  return sentReferences(parts, can).filter((one) => hasOwnInput(can, one) || places-- > 0);
}

function isFace({ role }: GivenReference): boolean {
  return role === 'face';
}
