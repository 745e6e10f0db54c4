/** The nodes that the emulated ComfyUI has, and what is wrong with a workflow made of them (execution.py). */

/** What an input takes: a link, a text, a whole number, a number, or one of a list. */
type InputKind = 'link' | 'text' | 'int' | 'float' | 'image' | readonly string[];

/** Files that lie in its folders of models. */
export const CHECKPOINTS = ['sd_xl_base_1.0.safetensors', 'v1-5-pruned-emaonly.ckpt'];

const SAMPLER: Record<string, InputKind> = {
  seed: 'int',
  steps: 'int',
  cfg: 'float',
  sampler_name: ['euler', 'dpmpp_2m'],
  scheduler: ['normal', 'karras', 'simple'],
  denoise: 'float',
  model: 'link',
  positive: 'link',
  negative: 'link',
  latent_image: 'link',
};
const LATENT: Record<string, InputKind> = { width: 'int', height: 'int', batch_size: 'int' };

const NODES: Readonly<Record<string, Record<string, InputKind>>> = {
  KSampler: SAMPLER,
  CheckpointLoaderSimple: { ckpt_name: CHECKPOINTS },
  UNETLoader: { unet_name: ['flux1-dev-kontext_fp8_scaled.safetensors'], weight_dtype: ['default'] },
  DualCLIPLoader: {
    clip_name1: ['clip_l.safetensors'],
    clip_name2: ['t5xxl_fp8_e4m3fn_scaled.safetensors'],
    type: ['sdxl', 'flux'],
  },
  VAELoader: { vae_name: ['ae.safetensors'] },
  CLIPTextEncode: { text: 'text', clip: 'link' },
  EmptyLatentImage: LATENT,
  EmptySD3LatentImage: LATENT,
  LoadImage: { image: 'image' },
  FluxKontextImageScale: { image: 'link' },
  VAEEncode: { pixels: 'link', vae: 'link' },
  ReferenceLatent: { conditioning: 'link' },
  FluxGuidance: { conditioning: 'link', guidance: 'float' },
  ConditioningZeroOut: { conditioning: 'link' },
  VAEDecode: { samples: 'link', vae: 'link' },
  SaveImage: { images: 'link', filename_prefix: 'text' },
  PreviewImage: { images: 'link' },
};
const OUTPUTS = ['SaveImage', 'PreviewImage'];

/** What `/object_info` tells of a node: `{}` for one that there is none of. */
export function infoOf(type: string): object {
  const node = NODES[type];
  if (node === undefined) return {};
  const kinds = { text: 'STRING', int: 'INT', float: 'FLOAT', link: 'MODEL' };
  const required = Object.entries(node).map(([name, kind]) => {
    if (typeof kind === 'object') return [name, [kind, { tooltip: name }]];
    return [name, kind === 'image' ? ['COMBO', { options: ['example.png'], image_upload: true }] : [kinds[kind], {}]];
  });
  return { [type]: { input: { required: Object.fromEntries(required) as object }, name: type, display_name: type } };
}

/** A node as it is sent. */
export interface SentNode {
  class_type?: unknown;
  inputs?: Record<string, unknown>;
}
export type SentGraph = Record<string, SentNode>;

interface InputError {
  type: string;
  message: string;
  details: string;
  extra_info: Record<string, unknown>;
}

/** Nodes that make pictures, in order. */
export function outputNodes(graph: SentGraph): string[] {
  return Object.keys(graph).filter((id) => OUTPUTS.includes(String(graph[id]?.class_type)));
}

/** The body of a 400 for this workflow; undefined: it is taken. `uploaded`: names of files in the folder of inputs. */
export function refusalOf(graph: SentGraph, uploaded: ReadonlySet<string>): object | undefined {
  for (const [id, { class_type: type }] of Object.entries(graph)) {
    if (typeof type !== 'string' || NODES[type] === undefined)
      return {
        error: {
          type: 'missing_node_type',
          message: `Node '${String(type)}' not found. The custom node may not be installed.`,
          details: `Node ID '#${id}'`,
          extra_info: { node_id: id, class_type: type, node_title: type },
        },
        node_errors: {},
      };
  }
  const outputs = outputNodes(graph);
  if (outputs.length === 0) return problem('prompt_no_outputs', 'Prompt has no outputs');
  const broken = Object.entries(graph).flatMap(([id, node]) => {
    const errors = errorsOf(node, graph, uploaded);
    return errors.length === 0 ? [] : [[id, { errors, dependent_outputs: outputs, class_type: node.class_type }]];
  });
  if (broken.length === 0) return undefined;
  return {
    ...problem('prompt_outputs_failed_validation', 'Prompt outputs failed validation'),
    node_errors: Object.fromEntries(broken) as object,
  };
}

/** The body of a 400 that is no node's fault. */
export function problem(type: string, message: string, details = ''): object {
  return { error: { type, message, details, extra_info: {} }, node_errors: {} };
}

function errorsOf(
  { class_type: type, inputs = {} }: SentNode,
  graph: SentGraph,
  uploaded: ReadonlySet<string>,
): InputError[] {
  return Object.entries(NODES[String(type)] ?? {}).flatMap(([name, kind]) => {
    const value = inputs[name];
    const about = { input_name: name, input_config: null, received_value: value };
    const told = (
      error: Pick<InputError, 'type' | 'message' | 'details'>,
      extra_info: InputError['extra_info'] = about,
    ) => [{ ...error, extra_info }];
    if (value === undefined) {
      const missing = { type: 'required_input_missing', message: 'Required input is missing', details: name };
      return told(missing, { input_name: name });
    }
    if (typeof kind === 'object' && !kind.includes(String(value))) {
      const details = `${name}: '${String(value)}' not in ${listed(kind)}`;
      return told(
        { type: 'value_not_in_list', message: 'Value not in list', details },
        { ...about, input_config: [kind] },
      );
    }
    if (kind === 'image' && !uploaded.has(String(value))) {
      const details = `${name} - Invalid image file: ${String(value)}`;
      return told({ type: 'custom_validation_failed', message: 'Custom validation failed for node', details });
    }
    const isLink = Array.isArray(value) && graph[String(value[0])] !== undefined;
    if (kind === 'link' && !isLink) {
      const message = 'Bad linked input, must be a length-2 list of [node_id, slot_index]';
      return told({ type: 'bad_linked_input', message, details: name });
    }
    const isWrong =
      (kind === 'int' && !Number.isInteger(value)) ||
      (kind === 'float' && typeof value !== 'number') ||
      (kind === 'text' && (typeof value !== 'string' || value.includes('{{')));
    if (!isWrong) return [];
    const message = `Failed to convert an input value to a ${kind.toUpperCase()} value`;
    return told({ type: 'invalid_input_type', message, details: `${name}, ${String(value)}` });
  });
}

function listed(values: readonly string[]): string {
  return `[${values.map((value) => `'${value}'`).join(', ')}]`;
}
