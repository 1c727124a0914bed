// A command that took long is over: how the host says so in the Log, and how people are told.

/** What is known of it. */
export interface Finished {
  /** The program's name; empty if nobody knows it any more. */
  command: string;
  seconds: bigint;
}

const FINISHED = /^finished=(\d{1,19}) (.{0,64})$/su;

/** The command a mark speaks of; undefined if it is another mark. */
export function readFinished(data: string): Finished | undefined {
  const [, seconds, command] = FINISHED.exec(data) ?? [];
  return seconds === undefined || command === undefined ? undefined : { command, seconds: BigInt(seconds) };
}

export function finishedInWords({ command, seconds }: Finished): string {
  return `${command || "A command"} finished after ${duration(Number(seconds))}.`;
}

function duration(seconds: number): string {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
}
