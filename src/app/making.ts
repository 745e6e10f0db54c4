import type { Project } from './project.ts';

/** What use-cases that make pictures need of a project. */
export type CreatingProject = Pick<Project, 'config' | 'ledger' | 'services' | 'caller' | 'host' | 'clean'>;

/** What commands that make pictures of a character may be told beside the config. */
export interface MakingOptions {
  /** Names the job: the same key never makes a second one. */
  key?: string | undefined;
  /** Accept a config whose seed or attributes differ from what is locked: for all pictures to come. */
  relock?: boolean | undefined;
  /** Go on although the store can't be asked which numbers are taken. */
  acceptUnreadStore?: boolean | undefined;
}
