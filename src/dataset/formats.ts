/**
 * How trainers take their pictures: as a folder or as one zip file, and where in it the pictures lie. Captions lie
 * beside them in UTF-8, one line, with the same name and `.txt`. Pure.
 *
 * - kohya: `<repeats>_<class tokens>/` below the folder that `--train_data_dir` names (sd-scripts,
 *   library/config_util.py, `generate_dreambooth_subsets_config_by_subdirs`); `--caption_extension .txt`.
 * - ai-toolkit: one folder; jpg, jpeg and png; `.txt` holds the caption only (README, "Dataset Preparation").
 * - fluxgym: the same files, to be dropped on its page (README, "Uploading Caption Files").
 * - replicate: `input_images`, a zip; its files are extracted and read beside each other (flux-fine-tuner, train.py).
 * - fal: `images_data_url`, a zip; "each text file should have the same name as the image file it corresponds to".
 */

/** For whom. */
export const EXPORT_FORMATS = ['kohya', 'ai-toolkit', 'fluxgym', 'replicate', 'fal'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** What a layout depends on. */
export interface LayoutWords {
  trigger: string;
  className: string;
  /** How often each picture is seen in an epoch: kohya. */
  repeats: number;
}

/** How a format lies on the disk. */
export interface Layout {
  /** One zip file; else a folder. */
  isArchive: boolean;
  /** The folder that the pictures lie in, relative to the whole; empty: at its top. */
  folder: string;
}

/** The layout of a format. */
export function layoutOf(format: ExportFormat, { trigger, className, repeats }: LayoutWords): Layout {
  const isArchive = format === 'replicate' || format === 'fal';
  return { isArchive, folder: format === 'kohya' ? `${repeats}_${trigger} ${className}` : '' };
}

/** Formats of pictures that all trainers read. */
export type TrainingImageFormat = 'png' | 'jpg';

/** As what a picture is written: as it is where all trainers read that, else as asked for, or PNG. */
export function formatFor(format: string, asked: TrainingImageFormat | undefined): TrainingImageFormat {
  return asked ?? (format === 'jpeg' ? 'jpg' : 'png');
}
