// The page as an app: its worker keeps the page itself, so that it opens where there is no network; and browsers that offer to
// install it are asked when a person wants it, not before.

interface InstallPrompt extends Event {
  prompt(): Promise<unknown>;
}

let offer: InstallPrompt | undefined;

/** Registers the worker; `replaced` is called when a newer page than this one is ready for the next load. */
export function serveOffline(replaced: () => void): void {
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    offer = event as InstallPrompt;
  });
  addEventListener("appinstalled", () => (offer = undefined));
  const { serviceWorker } = navigator;
  if (!serviceWorker) return;
  const hadOne = serviceWorker.controller !== null;
  serviceWorker.addEventListener("controllerchange", () => hadOne && replaced());
  // Without a worker the page works as before, only not without a network.
  serviceWorker.register("/worker.js").catch(() => undefined);
}

/** What installs the app, if the browser offers it. */
export function installer(): (() => void) | undefined {
  const prompt = offer;
  return prompt && (() => void prompt.prompt());
}
