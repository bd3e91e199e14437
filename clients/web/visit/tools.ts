/**
 * What lies around the game on every page: the row of buttons, the menu, and what both do: mute, network panel, link,
 * another name. Owns none of the game; while one is played, `begin` has told of it.
 */
import type { Room } from '@colyseus/sdk';
import type { Audio } from '../audio.ts';
import { shareLink } from '../connection.ts';
import type { Settings } from '../settings.ts';
import { copyText } from '../ui/clipboard.ts';
import { Menu, on } from '../ui/dialogs.ts';
import { byId } from '../ui/dom.ts';
import type { Panel } from '../ui/panel.ts';
import type { Toast } from '../ui/toast.ts';

/** The parts of the page that the tools work on. */
export interface ToolsParts {
  readonly settings: Settings;
  readonly audio: Audio;
  readonly panel: Panel;
  readonly toast: Toast;
  /** Off while the menu has the keys. */
  readonly controls: { enabled: boolean };
  /** What has the focus while one plays. */
  readonly surface: HTMLElement;
}

/** What is played: a match, a journey. */
export interface Played {
  readonly room: Pick<Room<unknown, unknown>, 'roomId' | 'request'>;
  leave(): void;
}

export class Tools {
  readonly #parts: ToolsParts;
  readonly #onRenamed: (name: string) => void;
  readonly #muteTool = byId('tool-mute', HTMLButtonElement);
  readonly #networkTool = byId('tool-network', HTMLButtonElement);
  readonly #menu = new Menu({
    onName: (name) => void this.#rename(name),
    onResume: () => this.#resume(),
    onShare: () => void this.#share(),
    onMute: () => this.toggleMute(),
    onNetwork: () => this.togglePanel(),
    onLeave: () => this.#played?.leave(),
  });
  #played: Played | undefined;

  /** `onRenamed` is told of a name that the server has taken. */
  constructor(parts: ToolsParts, onRenamed: (name: string) => void = () => {}) {
    this.#parts = parts;
    this.#onRenamed = onRenamed;
    on('tool-share', () => void this.#share());
    on('tool-mute', () => this.toggleMute());
    on('tool-network', () => this.togglePanel());
    on('tool-menu', () => this.openMenu());
    on('panel-close', () => this.#showPanel(false));
    this.#setMuted(parts.settings.muted);
  }

  /** Play has begun: the controls are on, and the keys go there. */
  begin(played: Played): void {
    this.#played = played;
    this.#parts.controls.enabled = true;
    this.focus();
  }

  /** Play is over. */
  end(): void {
    this.#played = undefined;
    this.#parts.controls.enabled = false;
    this.#menu.close();
    this.#showPanel(false);
  }

  openMenu(): void {
    if (!this.#played) return;
    this.#parts.controls.enabled = false;
    this.#menu.show(this.#parts.settings.name);
  }

  toggleMute(): void {
    this.#setMuted(!this.#parts.settings.muted);
  }

  togglePanel(): void {
    this.#showPanel(!this.#parts.panel.open);
  }

  /** Keys belong to the game again, not to the button that was pressed last. */
  focus(): void {
    if (this.#played && !this.#menu.open) this.#parts.surface.focus({ preventScroll: true });
  }

  #resume(): void {
    if (!this.#played || this.#menu.open) return;
    this.#parts.controls.enabled = true;
    this.focus();
  }

  /** The server has the last word on a name, and says why it refuses one. */
  async #rename(name: string): Promise<void> {
    try {
      await this.#played?.room.request('rename', name);
      this.#parts.settings.name = name;
      this.#onRenamed(name);
    } catch (refused) {
      this.#parts.toast.show(refused instanceof Error ? refused.message : 'That name cannot be used.');
    }
  }

  #setMuted(muted: boolean): void {
    this.#parts.settings.muted = muted;
    this.#parts.audio.muted = muted;
    this.#menu.setMuted(muted);
    this.#muteTool.setAttribute('aria-pressed', String(muted));
    this.#muteTool.querySelector('use')?.setAttribute('href', muted ? '#i-silence' : '#i-sound');
    this.focus();
  }

  #showPanel(shown: boolean): void {
    this.#parts.panel.show(shown);
    this.#menu.setNetwork(shown);
    this.#networkTool.setAttribute('aria-pressed', String(shown));
    this.focus();
  }

  async #share(): Promise<void> {
    if (!this.#played) return;
    const link = shareLink(this.#played.room.roomId);
    this.#parts.toast.show((await copyText(link)) ? 'Link copied: send it to a friend' : link);
    this.focus();
  }
}
