/** What the emulated RunPod keeps of a job. */

/** Why a job fails: a handler's `error` becomes that of the job, what else it says stays in its output. */
export interface JobFailure {
  error: string;
  output?: object;
}

/** A job. */
export interface Job {
  id: string;
  endpointId: string;
  worker: 'public' | 'worker-sdxl' | 'worker-a1111' | 'worker-comfyui';
  input: Record<string, unknown>;
  /** Undefined: it ends well. */
  failure?: JobFailure;
  /** Its worker uploads pictures to a bucket. */
  bucket: boolean;
  costUsd: number;
  createdMs: number;
  startsMs: number;
  endsMs: number;
  canceledMs?: number;
  /** After its end plus this it is gone. */
  expireMs: number;
}
