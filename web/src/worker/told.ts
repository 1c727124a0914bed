// What a push tells, as the worker shows it.

export interface Told {
  title: string;
  body: string;
  tag: string;
  /** The fragment of the page's address at which the terminal stands; empty if none does. */
  fragment: string;
}

const NOTHING: Told = { title: "devtail", body: "A terminal wants your attention.", tag: "devtail", fragment: "" };

/** What was told. A browser punishes a push that shows nothing, so what cannot be read is shown as something. */
export function readTold(text: string | undefined): Told {
  try {
    const told = JSON.parse(text ?? "") as Record<string, unknown>;
    const part = (name: "title" | "body" | "tag") => {
      const found = told[name];
      return typeof found === "string" && found !== "" ? found : NOTHING[name];
    };
    return { title: part("title"), body: part("body"), tag: part("tag"), fragment: fragmentOf(told["url"]) };
  } catch {
    return NOTHING;
  }
}

/** Only ever a fragment that names a terminal: whoever can send pushes must not choose where a tap leads. */
export function fragmentOf(url: unknown): string {
  return typeof url === "string" && /^#t=[0-9a-f]{32}$/.test(url) ? url : "";
}
