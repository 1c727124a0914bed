// The part of the screen that a phone's keyboard leaves free, as the CSS variable --height.

/** Keeps --height true; `changed` is called after each change. */
export function followViewport(changed: () => void): void {
  const viewport = window.visualViewport;
  const update = () => {
    const height = viewport?.height ?? innerHeight;
    document.documentElement.style.setProperty("--height", `${Math.round(height)}px`);
    // Browsers scroll the page to show the focused field, which here is in view anyway.
    scrollTo(0, 0);
    changed();
  };
  viewport?.addEventListener("resize", update);
  addEventListener("resize", update);
  update();
}
