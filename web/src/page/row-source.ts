// Where the rows above a terminal's screen come from: the session of this page.
import type { Driver } from "../driver/driver";
import { KIND } from "../terminal/message";
import type { ScrollbackHost } from "../terminal/scrollback";

/** `ch`: the terminal's channel, undefined until it is open; `moved`: another part of its buffer is seen. */
export function rowSource(driver: Driver, id: Uint8Array, ch: () => number | undefined, moved: () => void): ScrollbackHost {
  return {
    id,
    fetch: (query) => {
      try {
        return driver.act((session) => session.fetch(KIND, query));
      } catch {
        // Too many questions are open.
        return undefined;
      }
    },
    refresh: () => {
      const open = ch();
      if (open !== undefined) driver.act((session) => session.refresh(open, 0n));
    },
    moved,
  };
}
