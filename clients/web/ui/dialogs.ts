/** The two dialogs: the menu of a match, and a notice with one thing to do about it. Both keep the keyboard to themselves. */
import type { Notice } from '../words.ts';
import { byId, setHidden, setText } from './dom.ts';

export interface MenuEvents {
  /** Another name was typed. */
  onName(name: string): void;
  onResume(): void;
  onShare(): void;
  onMute(): void;
  onNetwork(): void;
  onLeave(): void;
}

export class Menu {
  readonly #dialog = byId('menu', HTMLDialogElement);
  readonly #name = byId('menu-name', HTMLInputElement);
  readonly #mute = byId('menu-mute', HTMLButtonElement);
  readonly #network = byId('menu-network', HTMLButtonElement);
  readonly #onResume: () => void;

  constructor(events: MenuEvents) {
    this.#onResume = () => events.onResume();
    this.#dialog.addEventListener('close', this.#onResume);
    // The event comes later than Escape does, and the next key may be faster than it.
    this.#dialog.addEventListener('cancel', (event) => {
      event.preventDefault();
      this.close();
    });
    this.#name.addEventListener('change', () => events.onName(this.#name.value.trim()));
    on('menu-resume', () => this.close());
    on('menu-share', () => events.onShare());
    on('menu-mute', () => events.onMute());
    on('menu-network', () => events.onNetwork());
    on('menu-leave', () => {
      this.close();
      events.onLeave();
    });
  }

  get open(): boolean {
    return this.#dialog.open;
  }

  show(name: string): void {
    this.#name.value = name;
    if (!this.#dialog.open) this.#dialog.showModal();
  }

  close(): void {
    this.#dialog.close();
    this.#onResume();
  }

  setMuted(muted: boolean): void {
    setText(this.#mute, muted ? 'Sound: off' : 'Sound: on');
    this.#mute.setAttribute('aria-pressed', String(muted));
  }

  setNetwork(shown: boolean): void {
    this.#network.setAttribute('aria-pressed', String(shown));
  }
}

const ACTIONS: Readonly<Record<Notice['action'], string>> = {
  quick: 'Quick play',
  again: 'Try again now',
  back: '',
};

export class NoticeDialog {
  readonly #dialog = byId('notice', HTMLDialogElement);
  readonly #title = byId('notice-title', HTMLElement);
  readonly #text = byId('notice-text', HTMLElement);
  readonly #action = byId('notice-action', HTMLButtonElement);
  #words = '';
  #act: () => void = () => {};
  #back: () => void = () => {};

  constructor() {
    on('notice-action', () => this.#answer(this.#act));
    on('notice-back', () => this.#answer(this.#back));
    this.#dialog.addEventListener('cancel', (event) => {
      event.preventDefault();
      this.#answer(this.#back);
    });
  }

  /** Shows the notice; `act` is what its main button does, `back` what the other one or Escape does. */
  show(notice: Notice, act: () => void, back: () => void): void {
    this.#words = notice.text;
    this.#act = act;
    this.#back = back;
    setText(this.#title, notice.title);
    setText(this.#text, notice.text);
    setText(this.#action, ACTIONS[notice.action]);
    setHidden(this.#action, notice.action === 'back');
    if (!this.#dialog.open) this.#dialog.showModal();
  }

  /** Adds when it will be tried again by itself. */
  countdown(seconds: number): void {
    setText(this.#text, `${this.#words} Trying again in ${seconds}…`);
  }

  hide(): void {
    this.#dialog.close();
  }

  #answer(callback: () => void): void {
    this.#dialog.close();
    callback();
  }
}

export function on(id: string, callback: () => void): void {
  byId(id, HTMLButtonElement).addEventListener('click', callback);
}
