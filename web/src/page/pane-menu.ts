// What can be done with a terminal on the page, in groups.
import type { Tokens } from "../driver/tokens";
import type { Terminal } from "../generated/terminal_pb";
import { copySelection } from "./clipboard";
import { continueElsewhere } from "./handoff";
import type { MenuItem } from "./menu";
import type { Pane } from "./pane";
import { shareReadOnly } from "./share";
import type { Toasts } from "./toast";

/** What the page around it does. */
export interface PaneDeeds {
  paste(): void;
  rename(terminal: Terminal): void;
  kill(terminal: Terminal): void;
}

/** The groups for a terminal with this title; `terminal`: its line of the list, once there is one. */
export function paneMenu(pane: Pane, title: string, terminal: Terminal | undefined, tokens: Tokens, toasts: Toasts, deeds: PaneDeeds): MenuItem[][] {
  const text: MenuItem[] = [
    ...(pane.selectedText ? [{ label: "Copy", act: () => void copySelection(pane.selectedText, toasts) }] : []),
    { label: "Paste", act: () => deeds.paste() },
    { label: "Select all", act: () => pane.selectAll() },
  ];
  const elsewhere: MenuItem[] = [
    { label: "Continue on another device", act: () => continueElsewhere(() => pane.place, tokens) },
    { label: "Share, read only", act: () => shareReadOnly(pane.id, title, tokens, toasts) },
    { label: "Write before sending", act: () => pane.compose.open() },
  ];
  const itself: MenuItem[] = terminal
    ? [
        { label: "Rename", act: () => deeds.rename(terminal) },
        { label: "End", isDanger: true, act: () => deeds.kill(terminal) },
      ]
    : [];
  const others: MenuItem[] = pane.company ? [{ label: `Also here: ${pane.company}`, act: () => undefined }] : [];
  return [text, elsewhere, itself, others];
}
