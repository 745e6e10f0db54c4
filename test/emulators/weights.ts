/** Weights of a LoRA as trainers make them: a small, whole safetensors file. */

const TENSOR_BYTES = 4_096;

/** @param text makes them others than those of another text. */
export function makeWeights(text: string): Buffer {
  const tensor = { dtype: 'F16', shape: [TENSOR_BYTES / 2], data_offsets: [0, TENSOR_BYTES] };
  const header = Buffer.from(JSON.stringify({ __metadata__: { text }, 'lora.down': tensor }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, Buffer.alloc(TENSOR_BYTES, text)]);
}

/** The same as Replicate hands them over: in a tar file, beside a config. */
export function makeTar(weights: Buffer): Buffer {
  const folder = 'output/flux_train_replicate';
  const files = [
    entry(`${folder}/config.yaml`, Buffer.from('job: custom_job')),
    entry(`${folder}/lora.safetensors`, weights),
  ];
  return Buffer.concat([...files, Buffer.alloc(1024)]);
}

function entry(name: string, bytes: Buffer): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write('0000644\0', 100);
  header.write(`${bytes.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write('0', 156);
  header.write('ustar  \0', 257);
  return Buffer.concat([header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
}
