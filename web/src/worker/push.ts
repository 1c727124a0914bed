// What the worker does with a push: it shows it, and leads whoever taps it to the terminal it came from.

/** The part of a service worker that this needs; the DOM's types do not know workers. */
interface Worker {
  readonly registration: ServiceWorkerRegistration;
  readonly clients: {
    matchAll(options: { type: "window"; includeUncontrolled: boolean }): Promise<readonly Window[]>;
    openWindow(url: string): Promise<unknown>;
  };
  readonly location: { readonly origin: string };
  addEventListener(name: "push", handle: (event: Push) => void): void;
  addEventListener(name: "notificationclick", handle: (event: Click) => void): void;
}

interface Window {
  readonly url: string;
  focus(): Promise<Window>;
  postMessage(message: unknown): void;
}

interface Awaited {
  waitUntil(done: Promise<unknown>): void;
}

interface Push extends Awaited {
  readonly data: { text(): string } | null;
}

interface Click extends Awaited {
  readonly notification: Notification;
}

/** What the gateway tells. */
interface Told {
  title: string;
  body: string;
  tag: string;
  /** The fragment of the page's address at which the terminal stands. */
  url: string;
}

const NOTHING: Told = { title: "devtail", body: "A terminal wants your attention.", tag: "devtail", url: "" };

/** Listens for pushes and for taps on what they showed. */
export function handlePush(worker: Worker): void {
  worker.addEventListener("push", (event) => event.waitUntil(show(worker, read(event.data?.text()))));
  worker.addEventListener("notificationclick", (event) => {
    event.notification.close();
    event.waitUntil(lead(worker, fragmentOf(event.notification.data)));
  });
}

/** What was told; a browser punishes a push that shows nothing, so what cannot be read is shown as something. */
export function read(text: string | undefined): Told {
  try {
    const told = JSON.parse(text ?? "") as Partial<Record<keyof Told, unknown>>;
    const part = (name: keyof Told) => (typeof told[name] === "string" && told[name] !== "" ? told[name] : NOTHING[name]);
    return { title: part("title"), body: part("body"), tag: part("tag"), url: fragmentOf(told.url) };
  } catch {
    return NOTHING;
  }
}

function show(worker: Worker, { title, body, tag, url }: Told): Promise<void> {
  const options: NotificationOptions & { renotify: boolean } = { body, tag: `${url} ${tag}`, data: url, icon: "/icon.svg", renotify: true };
  return worker.registration.showNotification(title, options);
}

/** A window that is open already goes there, or a new one does. */
async function lead(worker: Worker, fragment: string): Promise<void> {
  const windows = await worker.clients.matchAll({ type: "window", includeUncontrolled: true });
  const ours = windows.find(({ url }) => url.startsWith(`${worker.location.origin}/`));
  if (!ours) return void (await worker.clients.openWindow(`/${fragment}`));
  await ours.focus();
  ours.postMessage({ name: "open", fragment });
}

/** Only ever a fragment that names a terminal: whoever can send pushes must not choose where a tap leads. */
function fragmentOf(url: unknown): string {
  return typeof url === "string" && /^#t=[0-9a-f]{32}$/.test(url) ? url : "";
}
