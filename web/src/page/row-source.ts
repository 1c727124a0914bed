// Where the rows above a terminal's screen come from: the session of this page.
import type { Driver } from "../driver/driver";
import type { ScrollbackHost } from "../terminal/scrollback";
import { ask } from "./question";

/** `ch`: the terminal's channel, undefined until it is open; `moved`: another part of its buffer is seen. */
export function rowSource(driver: Driver, id: Uint8Array, ch: () => number | undefined, moved: () => void): ScrollbackHost {
  return {
    id,
    fetch: (query) => ask(driver, query),
    refresh: () => {
      const open = ch();
      if (open !== undefined) driver.act((session) => session.refresh(open, 0n));
    },
    moved,
  };
}
