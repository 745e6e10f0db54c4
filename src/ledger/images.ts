import type { ShotLook } from '../shot.ts';
import { approvedTraining, lookOf, type ApprovedPicture } from './approved.ts';
import type { Connection, SqlValue } from './connection.ts';
import { imageById, imageWhere, imagesWhere } from './image-rows.ts';
import { keptPath } from './paths.ts';
import { finishShot, nameImage, type NewImage, type ImageNaming } from './naming.ts';
import { takesOf } from './reroll.ts';
import { keepBest } from './takes.ts';
import { marksPending } from './upload-rows.ts';
import type { Image, Lease, Review } from './records.ts';
import { workedOn, type EarlierWork, type WorkBy } from './worked-on.ts';

/** Which images a gallery shows; what is left out does not matter. */
export interface GalleryFilter {
  characterKey: number;
  kind?: string | undefined;
  jobId?: number | undefined;
  provider?: string | undefined;
  /** `none`: not reviewed yet. */
  review?: Review | 'none' | undefined;
  favorite?: boolean | undefined;
  /** Whether a reroll has replaced it. */
  superseded?: boolean | undefined;
  /** Epoch ms. */
  sinceMs?: number | undefined;
  limit?: number | undefined;
  /** Only images older than this row id: paging. */
  beforeId?: number | undefined;
}

/** What a person says of a picture; what is left out stays. */
export interface Marks {
  review?: Review | null;
  favorite?: boolean;
}

/** On disk, and not rejected. */
const SHOWABLE = `i.state = 'stored' AND i.path IS NOT NULL AND i.review IS NOT 'rejected'`;

/** Everything about images: naming, finishing, galleries, marks. */
export class Images {
  private readonly connection: Connection;

  constructor(connection: Connection) {
    this.connection = connection;
  }

  /**
   * T5: gives the shot's picture the next number of its slug, for ever. Called again after a crash it returns the
   * name given before. @throws {LostLease}
   */
  named(lease: Lease, image: NewImage, naming: ImageNaming): Image {
    return this.connection.write(() => nameImage(this.connection, lease, { image, naming }));
  }

  /**
   * T6: the file is linked under its name and synced: the shot is done, and a picture that it replaces is superseded.
   * `url`: where it can be seen now. A power cut may take it back: T5 and the linked file stay, and it is done again.
   * @throws {LostLease}
   */
  done(lease: Lease, imageId: number, url: string): Image {
    return this.connection.writeUnsynced(() => finishShot(this.connection, lease, { imageId, url }));
  }

  /** The image of a shot, named or stored. */
  ofShot(shotId: number): Image | undefined {
    return imageWhere(this.connection, { where: 'i.shot_id = ?' }, shotId);
  }

  /** An image by row id, or by its file name (with or without extension). */
  find(name: string | number): Image | undefined {
    if (typeof name === 'number') return imageWhere(this.connection, { where: 'i.id = ?' }, name);
    const names = [name, `${name}.png`, `${name}.jpg`, `${name}.webp`];
    const where = `i.filename IN (?, ?, ?, ?) AND i.state = 'stored' ORDER BY i.id DESC`;
    return imageWhere(this.connection, { where }, ...names);
  }

  /** The face of a character: the picture that a person chose, else the newest avatar; on disk, and not rejected. */
  avatar(characterKey: number): Image | undefined {
    return this.chosenFace(characterKey) ?? this.faces(characterKey, 1)[0];
  }

  /** The face that a person chose; undefined: none, or it was rejected or is gone since. */
  chosenFace(characterKey: number): Image | undefined {
    const where = `i.id = (SELECT avatar_image_id FROM characters WHERE key = ?) AND ${SHOWABLE}`;
    return imageWhere(this.connection, { where }, characterKey);
  }

  /** The image of a character with these bytes. `sha256` in hex. */
  withHash(characterKey: number, sha256: string): Image | undefined {
    const where = `i.character_key = ? AND i.state = 'stored' AND i.sha256 = ?`;
    return imageWhere(this.connection, { where, index: 'images_newest' }, characterKey, sha256);
  }

  /** What came of having a model work on a picture without words; undefined: nothing that is there. */
  workedOn(sourceImageId: number, by: WorkBy): EarlierWork | undefined {
    return workedOn(this.connection, sourceImageId, by);
  }

  /** Avatars of a character that were not rejected and are on disk, newest first. */
  faces(characterKey: number, limit = 100): Image[] {
    const where = `i.character_key = ? AND i.kind = 'avatar' AND ${SHOWABLE} ORDER BY i.id DESC LIMIT ?`;
    return imagesWhere(this.connection, { where, index: 'images_avatars' }, characterKey, limit);
  }

  /** Training pictures of a character that were approved and are on disk, newest first. */
  approvedTraining(characterKey: number): ApprovedPicture[] {
    return approvedTraining(this.connection, characterKey);
  }

  /** What an image was asked to show; undefined: nobody knows (it came from a store). */
  look(image: Pick<Image, 'shotId'>): ShotLook | undefined {
    return lookOf(this.connection, image.shotId);
  }

  /** Images of a character, newest first. */
  gallery(filter: GalleryFilter): Image[] {
    const where = ['i.character_key = ?', `i.state = 'stored'`];
    const values: SqlValue[] = [filter.characterKey];
    const add = (sql: string, value: SqlValue | undefined) => {
      if (value === undefined) return;
      where.push(sql);
      values.push(value);
    };
    add('i.kind = ?', filter.kind);
    add('i.job_id = ?', filter.jobId);
    add('i.provider = ?', filter.provider);
    add('i.review IS ?', filter.review === 'none' ? null : filter.review);
    add('i.favorite = ?', filter.favorite === undefined ? undefined : Number(filter.favorite));
    add('(i.superseded_by IS NOT NULL) = ?', filter.superseded === undefined ? undefined : Number(filter.superseded));
    add('i.created_at_ms >= ?', filter.sinceMs);
    add('i.id < ?', filter.beforeId);
    return imagesWhere(
      this.connection,
      { where: `${where.join(' AND ')} ORDER BY i.id DESC LIMIT ?`, index: 'images_newest' },
      ...values,
      filter.limit ?? -1,
    );
  }

  /** True when a picture of the slug is known to be in a store: its numbers were compared with the store's. */
  hasUploaded(characterId: string): boolean {
    const sql = `SELECT 1 FROM characters c JOIN images i INDEXED BY images_newest
      ON i.character_key = c.key AND i.state = 'stored' JOIN uploads u ON u.image_id = i.id AND u.state = 'done'
      WHERE c.id = ? LIMIT 1`;
    return this.connection.get(sql, characterId) !== undefined;
  }

  /** The image with that number in the folder of a slug, unless it was removed. */
  numbered(characterId: string, number: number): Image | undefined {
    const where = `i.character_id = ? AND i.number = ? AND i.state = 'stored'`;
    return imageWhere(this.connection, { where }, characterId, number);
  }

  /** How many images a character has. */
  count(characterKey: number): number {
    const sql = `SELECT COUNT(*) n FROM images INDEXED BY images_newest WHERE character_key = ? AND state = 'stored'`;
    return this.connection.get<{ n: number }>(sql, characterKey)?.n ?? 0;
  }

  /** How many other takes of a picture were asked for, whatever became of them. */
  takes(imageId: number): number {
    return takesOf(this.connection, imageId);
  }

  /** Sets what a person says of a picture: of a picture and its takes it decides which counts. */
  mark(imageId: number, marks: Marks): void {
    this.connection.write(() => {
      if (marks.review !== undefined) {
        this.connection.run('UPDATE images SET review = ? WHERE id = ?', marks.review, imageId);
        const { shotId } = imageById(this.connection, imageId);
        if (shotId !== null) keepBest(this.connection, shotId);
      }
      if (marks.favorite !== undefined)
        this.connection.run('UPDATE images SET favorite = ? WHERE id = ?', Number(marks.favorite), imageId);
      marksPending(this.connection, imageId);
    });
  }

  /** Notes where the thumbnail lies. */
  thumbnail(imageId: number, path: string): void {
    this.connection.write(() => {
      const kept = keptPath(this.connection.folder, path);
      this.connection.run('UPDATE images SET thumbnail = ? WHERE id = ?', kept, imageId);
    });
  }
}
