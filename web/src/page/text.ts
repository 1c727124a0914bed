// Texts as people read them.
const SHOWN_MAX = 80;

/** Typed bytes with their control characters made visible, cut to a line. */
export function shown(typed: string): string {
  const visible = typed.replace(/[\x00-\x1f\x7f]/g, (control) => (control === "\r" ? "⏎" : `^${String.fromCharCode(control.charCodeAt(0) ^ 0x40)}`));
  return visible.length > SHOWN_MAX ? `${visible.slice(0, SHOWN_MAX)}…` : visible;
}
