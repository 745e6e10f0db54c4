/** Training pictures that a person approved: what shows a character's face from other sides than the avatar. */
import type { ShotLook } from '../shot.ts';
import type { Connection } from './connection.ts';
import { imagesWhere } from './image-rows.ts';
import type { Image } from './records.ts';

/** An approved picture, and how the person is seen in it; undefined: nobody knows (it came from a store). */
export interface ApprovedPicture {
  image: Image;
  look: ShotLook | undefined;
}

/** Approved training pictures of a character that are on disk and that no other take has replaced, newest first. */
export function approvedTraining(connection: Connection, characterKey: number): ApprovedPicture[] {
  const where = `i.character_key = ? AND i.state = 'stored' AND i.kind = 'training' AND i.review = 'approved'
    AND i.path IS NOT NULL AND i.superseded_by IS NULL ORDER BY i.id DESC`;
  return imagesWhere(connection, { where, index: 'images_newest' }, characterKey).map((image) => ({
    image,
    look: lookOf(connection, image.shotId),
  }));
}

/** What a shot was asked to show; undefined: there is no such shot. */
export function lookOf(connection: Connection, shotId: number | null): ShotLook | undefined {
  const row = connection.get<{ look: string }>('SELECT look FROM shots WHERE id = ?', shotId);
  return row && (JSON.parse(row.look) as ShotLook);
}
