// Scrolling with a finger: xterm.js knows the wheel only, so a finger that moves turns it. The wheel then does what it does
// with a mouse: it scrolls back, or tells the program that asked for the mouse.

/** A finger that moved less than this may still be a tap. */
const TAP_PX = 8;

export function scrollByTouch(place: HTMLElement): void {
  let last: Touch | undefined;
  let isScroll = false;
  place.addEventListener("touchstart", ({ touches }) => {
    last = touches.length === 1 ? touches[0] : undefined;
    isScroll = false;
  }, { passive: true });
  place.addEventListener("touchmove", (event) => {
    const touch = event.touches[0];
    if (!last || !touch || event.touches.length !== 1) return;
    const deltaY = last.clientY - touch.clientY;
    isScroll ||= Math.abs(deltaY) > TAP_PX;
    if (!isScroll) return;
    event.preventDefault();
    last = touch;
    const { clientX, clientY } = touch;
    place.querySelector(".xterm-screen")?.dispatchEvent(new WheelEvent("wheel", { deltaY, clientX, clientY, bubbles: true, cancelable: true }));
  }, { passive: false });
}
