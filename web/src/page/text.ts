// Texts as people read them.
const SHOWN_MAX = 80;

/** Typed bytes with their control characters made visible, cut to a line. */
export function shown(typed: string): string {
  const visible = typed.replace(/[\x00-\x1f\x7f]/g, (control) => (control === "\r" ? "⏎" : `^${String.fromCharCode(control.charCodeAt(0) ^ 0x40)}`));
  return visible.length > SHOWN_MAX ? `${visible.slice(0, SHOWN_MAX)}…` : visible;
}

/** Bytes as hex digits, and back; undefined if they are not that. */
export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function fromHex(text: string): Uint8Array | undefined {
  if (!/^([0-9a-f]{2})+$/.test(text)) return undefined;
  return Uint8Array.from(text.match(/../g)!, (digits) => parseInt(digits, 16));
}
