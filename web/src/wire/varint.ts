// The lengths that stand before frames: base-128 varints, as protobuf writes them, up to 32 bits.

const BYTES_MAX = 10;
const LENGTH_MAX = 0xffff_ffff;

/** The number at `at` and where the next byte stands; undefined if none is there. More than 32 bits reads as their maximum. */
export function readVarint(bytes: Uint8Array, at: number): { value: number; next: number } | undefined {
  let value = 0;
  for (let index = 0; index < BYTES_MAX; index++) {
    const byte = bytes[at + index];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if ((byte & 0x80) === 0) return { value: Math.min(value, LENGTH_MAX), next: at + index + 1 };
  }
  return undefined;
}

/** The varint of a length. */
export function writeVarint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest & 0x7f) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return Uint8Array.from(bytes);
}
