// Who sets a terminal's size: the device that typed or resized last. A device that only looks on adapts instead.
import type { Grid } from "../terminal/message";

export class SizeClaim {
  /** What was sent last. */
  #claimed: Grid | undefined;
  /** Whether another device's size came after it. */
  #isOvertaken = false;

  /** The host's grid is this now. */
  sized(grid: Grid): void {
    this.#isOvertaken = this.#claimed !== undefined && !equal(grid, this.#claimed);
  }

  /** The size to send because a person works here: undefined if it was sent and still holds. */
  work(room: Grid, grid: Grid): Grid | undefined {
    const holds = this.#claimed ? equal(room, this.#claimed) && !this.#isOvertaken : equal(room, grid);
    return holds ? undefined : this.#claim(room);
  }

  /** The size to send because the place changed: nothing while another device drives. */
  moved(room: Grid, grid: Grid): Grid | undefined {
    return this.#isOvertaken ? undefined : this.work(room, grid);
  }

  #claim(room: Grid): Grid {
    this.#claimed = room;
    this.#isOvertaken = false;
    return room;
  }
}

function equal(a: Grid, b: Grid): boolean {
  return a.cols === b.cols && a.rows === b.rows;
}
