/** LoRAs of characters, from whole weights on the disk on: T5 and T6 of a training (docs/ledger.md). */
import { usdOf } from '../money.ts';
import { attemptWhere } from './attempt-rows.ts';
import type { Connection } from './connection.ts';
import { endDone, holdLease, leasedShot } from './lease.ts';
import type { Lora } from './lora-records.ts';
import { beganMs, costOfShot } from './naming.ts';
import { loraOf, type LoraRow } from './lora-rows.ts';
import type { SameJob } from './new-job.ts';
import { keptPath } from './paths.ts';
import type { Lease } from './records.ts';
import { jobById } from './rows.ts';

/** What is known of whole, synced weights that are about to get their name. */
export interface NewLora extends Pick<
  Lora,
  'madeWith' | 'trigger' | 'className' | 'steps' | 'images' | 'version' | 'filename' | 'path' | 'sha256' | 'sizeBytes'
> {}

/** Everything about LoRAs. */
export class Loras {
  private readonly connection: Connection;

  constructor(connection: Connection) {
    this.connection = connection;
  }

  /**
   * T5: the name that the weights of a training get, before the file has it. Named again it is the new name, or that of
   * a later attempt's weights. @throws {LostLease}
   */
  name(lease: Lease, lora: NewLora): Lora {
    return this.connection.write(() => {
      holdLease(this.connection, lease);
      this.connection.run(`DELETE FROM loras WHERE shot_id = ? AND state = 'named'`, lease.shotId);
      return this.byId(insert(this.connection, lease, lora));
    });
  }

  /** The name that the weights of this shot were given before a crash; undefined: none yet. */
  named(shotId: number): Lora | undefined {
    return this.where(`shot_id = ? AND state = 'named'`, shotId)[0];
  }

  /**
   * T6: the file is linked under its name and synced. The training is done, its attempt settled, and later packs of the
   * character use the weights in place of earlier ones of the same provider. @throws {LostLease}
   */
  done(lease: Lease, loraId: number): Lora {
    return this.connection.write(() => {
      const { connection } = this;
      const shot = leasedShot(connection, lease);
      const { characterKey, provider } = this.byId(loraId);
      connection.run('UPDATE loras SET chosen = 0 WHERE character_key = ? AND provider = ?', characterKey, provider);
      connection.run(`UPDATE loras SET state = 'stored', chosen = 1 WHERE id = ?`, loraId);
      endDone(connection, lease);
      const lora = this.byId(loraId);
      connection.record(
        lease.jobId,
        {
          event: 'generation_completed',
          shot: lease.shot,
          character_id: lease.characterId,
          duration_ms: Math.max(0, connection.now() - beganMs(connection, lease)),
          cost_usd: usdOf(lora.costMicros),
          seed: shot.seed,
          seed_honoured: 'no',
        },
        lease.shotId,
      );
      return lora;
    });
  }

  /** The LoRA that packs of a character use at a provider; undefined: none was trained there, or it was removed. */
  current(characterKey: number, provider: string): Lora | undefined {
    return this.where(
      `character_key = ? AND provider = ? AND state = 'stored' AND chosen = 1`,
      characterKey,
      provider,
    )[0];
  }

  /** All LoRAs of a character that are there, newest first. */
  ofCharacter(characterKey: number): Lora[] {
    return this.where(`character_key = ? AND state = 'stored' ORDER BY id DESC`, characterKey);
  }

  /** The LoRA that a job has made. */
  ofJob(jobId: number): Lora | undefined {
    return this.where(`job_id = ? AND state = 'stored'`, jobId)[0];
  }

  /** The newest LoRA that is there of a training that was the same, be that canceled while it was under way. */
  ofSame({ characterKey, fingerprint }: Pick<SameJob, 'characterKey' | 'fingerprint'>): Lora | undefined {
    const jobs = 'SELECT id FROM jobs WHERE character_key = ? AND fingerprint = ?';
    const where = `state = 'stored' AND job_id IN (${jobs}) ORDER BY id DESC LIMIT 1`;
    return this.where(where, characterKey, fingerprint)[0];
  }

  /** True for a name that this ledger has given to weights of a character's id. */
  knows(characterId: string, filename: string): boolean {
    return this.where('character_id = ? AND filename = ? LIMIT 1', characterId, filename).length > 0;
  }

  /**
   * Takes the LoRAs of a character out of the ledger; what they cost stays counted. Returns them as they were, with
   * those that were taken out before: a process that was killed may have left their files.
   */
  remove(characterKey: number): Lora[] {
    return this.connection.write(() => {
      const loras = this.where(`character_key = ? AND state <> 'named' ORDER BY id DESC`, characterKey);
      const sql = `UPDATE loras SET state = 'removed', chosen = 0 WHERE character_key = ? AND state = 'stored'`;
      this.connection.run(sql, characterKey);
      return loras;
    });
  }

  private byId(id: number): Lora {
    const [lora] = this.where('id = ?', id);
    if (!lora) throw new Error(`LoRA ${id} is not in the ledger`);
    return lora;
  }

  private where(where: string, ...values: (string | number)[]): Lora[] {
    const rows = this.connection.all<LoraRow>(`SELECT * FROM loras WHERE ${where}`, ...values);
    return rows.map((row) => loraOf(row, this.connection.folder));
  }
}

function insert(connection: Connection, lease: Lease, lora: NewLora): number {
  const attempt = attemptWhere(connection, 'a.id = ?', lease.attemptId);
  if (!attempt) throw new Error(`attempt ${lease.attemptId} is not in the ledger`);
  return connection.insert(
    `INSERT INTO loras (character_key, character_id, job_id, shot_id, attempt_id, state, provider, model, made_with,
       trigger_word, class_name, steps, images, url, version, filename, path, sha256, size_bytes, cost_micros,
       created_at_ms)
     VALUES (?, ?, ?, ?, ?, 'named', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    jobById(connection, lease.jobId).characterKey,
    lease.characterId,
    lease.jobId,
    lease.shotId,
    lease.attemptId,
    attempt.provider,
    attempt.model,
    JSON.stringify(lora.madeWith),
    lora.trigger,
    lora.className,
    lora.steps,
    lora.images,
    attempt.url,
    lora.version,
    lora.filename,
    keptPath(connection.folder, lora.path),
    lora.sha256,
    lora.sizeBytes,
    costOfShot(connection, lease.shotId),
    connection.now(),
  );
}
