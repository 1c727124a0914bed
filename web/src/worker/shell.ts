// What the worker keeps of the page: its own files and nothing else. No answer of the gateway, no socket, no token.

/** A shell's name is that of its files' content. */
export const CACHE_PREFIX = "devtail-shell-";

/** The page itself, under the address that the worker keeps it by. */
export const PAGE = "/";

/** The path a request is answered for from the shell; undefined: the network has it. */
export function shellPath(request: { method: string; mode: string; url: string }, origin: string, files: readonly string[]): string | undefined {
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== origin) return undefined;
  if (request.mode === "navigate") return url.pathname === PAGE || url.pathname === "/index.html" ? PAGE : undefined;
  return url.search === "" && files.includes(url.pathname) ? url.pathname : undefined;
}

/** The caches of other shells, of all the names there are. */
export function outdated(names: readonly string[], current: string): string[] {
  return names.filter((name) => name.startsWith(CACHE_PREFIX) && name !== current);
}
