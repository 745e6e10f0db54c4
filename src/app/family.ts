/** Which pictures of a character belong together: drawings, and photographs; each family has its own face. */
import type { Config } from '../config/config.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Job, JobSettings } from '../ledger/records.ts';
import { faceOf } from './avatar.ts';
import type { Notice } from './notice.ts';

/** What a character's first pictures are to be made with. */
export interface Maker {
  settings: Pick<JobSettings, 'provider' | 'model'>;
  /** Names of providers whose pictures are drawings. */
  drawing: ReadonlySet<string>;
  /** What the caller gave this time: another provider or model by name makes pictures of its own. */
  given: Config['given'];
}

/** Tells whether an earlier job of a character's first pictures goes on, rather than a new one being made. */
export function goesOnWith({ settings, drawing, given }: Maker): (job: Job) => boolean {
  return ({ settings: { provider, model } }) =>
    isFamily({ settings, drawing }, provider) &&
    (given.provider === undefined || given.provider === 'auto' || provider === settings.provider) &&
    (given.model === undefined || model === settings.model);
}

/** True when pictures of a provider are drawings as the maker's are, or neither are. */
export function isFamily({ settings, drawing }: Pick<Maker, 'settings' | 'drawing'>, provider: string): boolean {
  return drawing.has(provider) === drawing.has(settings.provider);
}

/** True when a picture of the same family serves as the face of all later ones. */
export function hasFace(ledger: Ledger, characterKey: number, { settings, drawing }: Maker): boolean {
  const faces = ledger.images.faces(characterKey);
  return drawing.has(settings.provider)
    ? faces.some(({ provider }) => drawing.has(provider))
    : faceOf(ledger, characterKey, drawing) !== undefined;
}

/** What there is of a character already, made with another provider or model; undefined: nothing. */
export function madeElsewhere(
  ledger: Ledger,
  there: Job | undefined,
  { settings, pictures }: { settings: Maker['settings']; pictures: number },
): Notice | undefined {
  const count = there ? ledger.jobs.counts(there.id).done : 0;
  if (!there || count === 0) return undefined;
  const by = there.settings.provider === settings.provider ? there.settings.model : there.settings.provider;
  return {
    message:
      `${there.characterId} has ${count} ${count === 1 ? 'picture' : 'pictures'} made with ${by}, which stay as they ` +
      `are; making ${pictures} with ${settings.provider} (${settings.model})`,
  };
}
