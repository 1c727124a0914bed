// What can be done with a terminal, behind the three dots. Each part of the page adds its own.
import { button, h } from "./element";
import { showSheet } from "./dialog";

export interface MenuItem {
  label: string;
  /** A shortcut, or what it is now. */
  hint?: string;
  isDanger?: boolean;
  act(): void;
}

/** Shows the groups under this title. */
export function showMenu(title: string, groups: readonly (readonly MenuItem[])[]): void {
  const lists = groups.filter((group) => group.length > 0).map((group) => h("ul", { class: "menu" }, ...group.map((item) => h("li", {}, entry(item)))));
  const close = showSheet(title, lists);

  function entry({ label, hint, isDanger, act }: MenuItem): HTMLElement {
    const made = button(label, () => (close(), act()), { class: isDanger ? "danger" : "" });
    if (hint) made.append(h("span", { class: "hint" }, hint));
    return made;
  }
}
