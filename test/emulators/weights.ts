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
