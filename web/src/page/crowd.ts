// Which terminals are left when more are open than a page keeps.

/** Of these, the one looked at longest ago first: those to leave. Never the newest, and never one with keys that wait. */
export function tooMany<T extends { readonly waiting: number }>(panes: readonly T[], max: number): T[] {
  const spare = panes.slice(0, -1).filter(({ waiting }) => waiting === 0);
  return spare.slice(0, Math.max(0, panes.length - max));
}
