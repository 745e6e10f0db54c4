import type { Connection } from './connection.ts';
import type { Job } from './records.ts';
import { jobById } from './rows.ts';
import { changedSettings, keptSettings, type JobChanges } from './settings.ts';

/** Lays changes over an unfinished job; one that has ended or was canceled stays as it is. Inside a transaction. */
export function changeJob(connection: Connection, job: Job, changes: JobChanges): Job {
  if (job.state !== 'open') return job;
  const { priority = job.priority, ...rest } = changes;
  const settings = changedSettings(job.settings, rest);
  const kept = JSON.stringify(keptSettings(connection.folder, settings));
  connection.run('UPDATE jobs SET settings = ?, priority = ? WHERE id = ?', kept, priority, job.id);
  return jobById(connection, job.id);
}
