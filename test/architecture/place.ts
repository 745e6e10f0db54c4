/** A file or folder of src, and the only ones of ours that it may import besides itself. The first that fits counts. */
export interface Place {
  path: string;
  says: string;
  imports: readonly string[];
  /** These by `import type` only. */
  importsTypesOf?: readonly string[];
}
