/** An element of index.html. */
export function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`expected an element with the id ${id}`);
  return found;
}

const VIEWS = ['loading', 'problem', 'signed-out', 'signed-in'] as const;

/** Shows one view of the page. */
export function show(view: (typeof VIEWS)[number]): void {
  for (const id of VIEWS) element(id).hidden = id !== view;
  element('account').hidden = view !== 'signed-in';
}

/** Shows the text in the element, or hides its box if there is none. */
export function setNotice(box: string, text: string | undefined, textOf: string = box): void {
  element(textOf).textContent = text ?? '';
  element(box).hidden = text === undefined;
}

const replaced = new Map<string, AbortController>();

/** What the button does from now on. It is disabled until the action has ended. */
export function onClick(id: string, action: () => unknown): void {
  const button = element(id) as HTMLButtonElement;
  replaced.get(id)?.abort();
  const replacing = new AbortController();
  replaced.set(id, replacing);
  const run = async (): Promise<void> => {
    button.disabled = true;
    button.ariaBusy = 'true';
    try {
      await action();
    } finally {
      button.disabled = false;
      button.ariaBusy = 'false';
    }
  };
  button.addEventListener('click', () => void run(), { signal: replacing.signal });
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

/** A list of names, each as code. */
export function showNames(id: string, names: readonly string[]): void {
  const chips = names.map((name) => {
    const chip = document.createElement('code');
    chip.textContent = name;
    return chip;
  });
  element(id).replaceChildren(...chips);
}
