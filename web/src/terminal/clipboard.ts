// OSC 52: a program sets the clipboard. What it asks of the clipboard is never answered.

const TEXT_MAX = 64 * 1024;

/** The text that "selection;base64" sets; undefined if it asks, clears, or is damaged or too long. */
export function readClipboard(data: string): string | undefined {
  const semicolon = data.indexOf(";");
  const encoded = data.slice(semicolon + 1);
  if (semicolon < 0 || encoded === "" || encoded === "?" || encoded.length > TEXT_MAX * 2) return undefined;
  try {
    const text = new TextDecoder().decode(Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0)));
    return text.length <= TEXT_MAX ? text : undefined;
  } catch {
    return undefined;
  }
}
