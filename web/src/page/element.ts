// DOM elements in one expression. Text is always text: nothing here parses HTML.

type Attributes = Record<string, string | boolean | ((event: Event) => void)>;

/** Makes an element. A function is a listener (onclick), true an empty attribute, false none. */
export function h<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(key.slice(2), value);
    else if (value !== false) element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

/** A button that does something, and leaves the focus where it is: a phone's keyboard stays open. */
export function key(label: string, act: () => void, attributes: Attributes = {}): HTMLButtonElement {
  return button(label, act, { onpointerdown: (event) => event.preventDefault(), ...attributes });
}

/** A button that does something. */
export function button(label: string, act: () => void, attributes: Attributes = {}): HTMLButtonElement {
  return h("button", { type: "button", onclick: act, ...attributes }, label);
}
