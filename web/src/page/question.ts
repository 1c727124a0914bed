// What the page asks its terminals' kind.
import type { Driver } from "../driver/driver";
import { KIND } from "../terminal/message";
import { Code, Fault } from "../wire/fault";

/** Asks; the question's number, or undefined if too many are open: without a link none is answered. */
export function ask(driver: Driver, query: Uint8Array): number | undefined {
  try {
    return driver.act((session) => session.fetch(KIND, query));
  } catch (error) {
    if (error instanceof Fault && error.code === Code.Limit) return undefined;
    throw error;
  }
}
