// The page's worker. It keeps the page, so that it opens in a tunnel and can say that it is offline. A newer page is kept as
// soon as the browser finds it, and is what the next load shows; a page that runs has all its files and goes on as it is.
import { handlePush } from "./push";
import { CACHE_PREFIX, outdated, PAGE, shellPath } from "./shell";

declare const self: ServiceWorkerGlobalScope;
/** The paths of the page's files, and a name for their content; written by the build. */
declare const SHELL_FILES: readonly string[];
declare const SHELL_VERSION: string;

const CACHE = CACHE_PREFIX + SHELL_VERSION;

self.addEventListener("install", (event) => event.waitUntil(keep()));
self.addEventListener("activate", (event) => event.waitUntil(takeOver()));
handlePush(self);
self.addEventListener("fetch", (event) => {
  const path = shellPath(event.request, self.location.origin, SHELL_FILES);
  if (path !== undefined) event.respondWith(answer(path, event.request));
});

/** Fetches the whole shell, past the browser's own cache: a shell is whole or not kept. */
async function keep(): Promise<void> {
  const cache = await caches.open(CACHE);
  await cache.addAll([PAGE, ...SHELL_FILES].map((path) => new Request(path, { cache: "reload" })));
  await self.skipWaiting();
}

async function takeOver(): Promise<void> {
  await Promise.all(outdated(await caches.keys(), CACHE).map((name) => caches.delete(name)));
  await self.clients.claim();
}

async function answer(path: string, request: Request): Promise<Response> {
  const kept = await caches.open(CACHE).then((cache) => cache.match(path));
  return kept ?? fetch(request);
}
