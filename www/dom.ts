// Elements, written short.

type Properties = Record<string, string | number | boolean | ((event: Event) => void)>;
export type Child = Node | string | null;

/** An element with attributes (functions become listeners, `true` an empty attribute) and children. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Properties = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value !== false) element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** Sets an element's text only when it differs, so that readers and selections are left alone. */
export function say(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Whether a button can be pressed. Not the attribute `disabled`: it would take the keyboard's focus away. */
export const isEnabled = (button: HTMLButtonElement): boolean => button.ariaDisabled !== "true";

export function enable(button: HTMLButtonElement, on: boolean): void {
  button.ariaDisabled = String(!on);
}

export interface Room {
  readonly width: number;
  readonly height: number;
  /** Pixels of its type. */
  readonly fontSize: number;
}

/** The room inside an element, in whole pixels, as it was last observed: asking an element itself has the browser lay out
 *  the whole page, in every frame of a run. `changed` is called when there is another. */
export function roomOf(element: HTMLElement, changed: () => void): () => Room {
  let room: Room = { width: 0, height: 0, fontSize: 0 };
  new ResizeObserver(() => {
    const fontSize = parseFloat(getComputedStyle(element).fontSize);
    room = { width: Math.floor(element.clientWidth), height: Math.floor(element.clientHeight), fontSize };
    changed();
  }).observe(element);
  return () => room;
}

/** A panel: a part of the page that is made once and told of every new state, at most once a frame. */
export interface Panel<S> {
  readonly element: HTMLElement;
  update(state: S): void;
}
