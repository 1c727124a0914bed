// Milliseconds that never go back and count the machine's sleep: performance.now() may stand still in it, Date.now() may jump.

export class Clock {
  #now = 0;
  #steady = performance.now();
  #wall = Date.now();

  now(): number {
    const steady = performance.now();
    const wall = Date.now();
    this.#now += Math.max(0, steady - this.#steady, wall - this.#wall);
    this.#steady = steady;
    this.#wall = wall;
    return this.#now;
  }
}
