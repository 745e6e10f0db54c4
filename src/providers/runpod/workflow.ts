/**
 * worker-comfyui (github.com/runpod-workers/worker-comfyui, read 2026-11-22): runs a workflow of ComfyUI on an endpoint
 * of the user's own. Pure.
 */
import { UserError } from '../../errors.ts';
import type { ImageRequest } from '../provider.ts';
import { requestWorkflow, workflowCapabilities, type Workflows } from '../workflow-files.ts';
import type { Input } from './input.ts';
import type { RunpodModel } from './models.ts';

/** The workflow files of the config, or what is wrong with them. */
export type FoundWorkflows = Workflows | UserError;

/** @throws {UserError} when there are none that can be used. */
export function workflowsOf(found: FoundWorkflows): Workflows {
  if (found instanceof UserError) throw found;
  return found;
}

/** True for the model that the workflow files decide about. */
export function runsWorkflows({ at }: RunpodModel): boolean {
  return 'worker' in at && at.worker === 'worker-comfyui';
}

/**
 * The model with what its workflow files take; other models as they are.
 * @throws {UserError} when there are none that can be used.
 */
export function withWorkflows(model: RunpodModel, found: FoundWorkflows): RunpodModel {
  if (!runsWorkflows(model)) return model;
  const told = workflowCapabilities(workflowsOf(found));
  // Each job may run on another kind of GPU.
  const seed = told.seed === 'exact' ? 'best-effort' : told.seed;
  return { ...model, capabilities: { ...model.capabilities, ...told, seed } };
}

/**
 * The input of a job: the filled workflow, and the pictures that its nodes name. The worker writes each into
 * ComfyUI's folder of inputs, over one of the same name: so a name stands for one content, whatever job brings it.
 * @param pictures data URIs of the references.
 */
export function workflowInput(workflows: Workflows, request: ImageRequest, pictures: readonly string[]): Input {
  const names = request.references.map(({ sha256, mime }) => `imggen-${sha256}.${mime.slice('image/'.length)}`);
  const images = new Map(names.map((name, index) => [name, { name, image: pictures[index] }]));
  const workflow = requestWorkflow(workflows, request, names);
  return { workflow, ...(images.size === 0 ? {} : { images: [...images.values()] }) };
}
