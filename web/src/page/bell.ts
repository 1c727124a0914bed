// A program rings: seen, heard, or neither.
import type { Settings } from "./settings";

const TONE_HZ = 740;
const TONE_S = 0.12;
const LOUDNESS = 0.06;
/** A program that rings all the time is heard this often. */
const AGAIN_MS = 250;

let audio: AudioContext | undefined;
let rangAt = -Infinity;

export function ring(how: Settings["bell"], element: HTMLElement): void {
  const now = performance.now();
  if (how === "none" || now - rangAt < AGAIN_MS) return;
  rangAt = now;
  if (how === "sound") return tone();
  element.animate([{ opacity: 0.6 }, { opacity: 1 }], { duration: 180 });
}

function tone(): void {
  audio ??= new AudioContext();
  const [oscillator, gain] = [audio.createOscillator(), audio.createGain()];
  oscillator.frequency.value = TONE_HZ;
  gain.gain.setValueAtTime(LOUDNESS, audio.currentTime);
  gain.gain.exponentialRampToValueAtTime(0.0001, audio.currentTime + TONE_S);
  oscillator.connect(gain).connect(audio.destination);
  oscillator.start();
  oscillator.stop(audio.currentTime + TONE_S);
}
