// What the worker does with a push: it shows it, and leads whoever taps it to the terminal it came from.
import { fragmentOf, readTold, type Told } from "./told";

/** A page that is told this goes there. */
export interface Lead {
  name: "open";
  fragment: string;
}

/** Listens for pushes and for taps on what they showed. */
export function handlePush(worker: ServiceWorkerGlobalScope): void {
  worker.addEventListener("push", (event) => event.waitUntil(show(worker, readTold(event.data?.text()))));
  worker.addEventListener("notificationclick", (event) => {
    event.notification.close();
    event.waitUntil(lead(worker, fragmentOf(event.notification.data)));
  });
}

function show(worker: ServiceWorkerGlobalScope, { title, body, tag, fragment }: Told): Promise<void> {
  // One a terminal and sort: a newer takes the place of the older, and says so.
  const options = { body, tag: `${fragment} ${tag}`, data: fragment, icon: "/icons/icon-192.png", renotify: true };
  return worker.registration.showNotification(title, options);
}

/** A page that is open already goes there, or a new one does. */
async function lead(worker: ServiceWorkerGlobalScope, fragment: string): Promise<void> {
  const pages = await worker.clients.matchAll({ type: "window", includeUncontrolled: true });
  const page = pages[0];
  if (!page) return void (await worker.clients.openWindow(`/${fragment}`));
  page.postMessage({ name: "open", fragment } satisfies Lead);
  await page.focus();
}
