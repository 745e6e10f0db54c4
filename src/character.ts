/** Who a character is: the attributes, as the config gives them and the ledger locks them. */

/** What a person looks like. Only the name is required. */
export interface CharacterAttributes {
  name: string;
  gender?: string;
  /** Youngest and oldest, in years. */
  ageRange?: readonly [number, number];
  ethnicity?: string;
  hairColor?: string;
  hairStyle?: string;
  eyeColor?: string;
  bodyType?: string;
  outfitStyle?: string;
  distinctiveFeatures: readonly string[];
  /** `photo` unless the config says otherwise: `watercolor`, `anime`, … */
  style: string;
  negativePrompt?: string;
}
