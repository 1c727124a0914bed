// A link in a terminal is text that some program printed: where it really leads is shown before it is followed.
import { ask } from "./dialog";
import { h } from "./element";

const ALLOWED = ["http:", "https:", "mailto:"];
const ADDRESS_MAX = 2_048;

/** The address if it may be followed at all. */
export function followable(address: string): URL | undefined {
  if (address.length > ADDRESS_MAX) return undefined;
  try {
    const url = new URL(address);
    return ALLOWED.includes(url.protocol) ? url : undefined;
  } catch {
    return undefined;
  }
}

/** Asks, and opens it in a tab that knows nothing of this one. */
export async function follow(address: string, refused: (why: string) => void): Promise<void> {
  const url = followable(address);
  if (!url) return refused("This link is not followed: it is neither http, https nor mailto.");
  const isAgreed = await ask("Open this link?", [h("p", { class: "address" }, url.href)], "Open", "primary");
  if (isAgreed) window.open(url, "_blank", "noopener,noreferrer");
}
