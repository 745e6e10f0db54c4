/** What a user asks to see, in their own words. Types only: checked by `src/config/scenes.ts`. */
import type { Angle, Expression, Framing, GivenReference } from './shot.ts';

/** A scene: takes the place of the catalogue's place, pose and light. */
export interface Scene {
  /** Place and action, as said in a prompt: `on a balcony in Lisbon at sunset, holding a coffee`. */
  prompt: string;
  /** Worn in place of the character's `outfitStyle`. */
  outfit?: string | undefined;
  pose?: string | undefined;
  light?: string | undefined;
  expression?: Expression | undefined;
  /** What is left out of these two varies from picture to picture. */
  angle?: Angle | undefined;
  framing?: Framing | undefined;
  /** In pixels; in place of the job's. */
  size?: { width: number; height: number } | undefined;
  /** 0 … 2^32 − 1; in place of the character's. */
  seed?: number | undefined;
  /** How many pictures, 1 or more; left out: a share of the job's. */
  count?: number | undefined;
  /** Pictures that go along beside those of the character. */
  references?: readonly GivenReference[] | undefined;
}

/** What all pictures of a job have in common beside the character: said in every prompt. */
export interface StoryContext {
  story?: string | undefined;
  /** Takes the catalogue's place in pictures without a scene. */
  place?: string | undefined;
  mood?: string | undefined;
}
