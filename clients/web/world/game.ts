/**
 * The page put together: the way into the world, the journey, and what lies around it (menu, notices, network panel).
 * Owns which of them is shown and the frame loop; everything else is in the parts it joins.
 */
import { Client, CloseCode } from '@colyseus/sdk';
import type { ItemKind } from '../../../rooms/world/rules.ts';
import { Audio } from '../audio.ts';
import { type Entry, shareLink } from '../connection.ts';
import type { KeyAction } from '../input/keyboard.ts';
import { Settings } from '../settings.ts';
import { copyText } from '../ui/clipboard.ts';
import { Menu, NoticeDialog, on } from '../ui/dialogs.ts';
import { byId } from '../ui/dom.ts';
import { LINE_ROWS, Panel } from '../ui/panel.ts';
import { Toast } from '../ui/toast.ts';
import { Entering, Reconnecting } from '../ui/waiting.ts';
import { joinNotice, leaveNotice, type Notice } from '../words.ts';
import { BagStrip } from './bag.ts';
import { enterWorld, type WorldRoom } from './connection.ts';
import { Controls } from './controls.ts';
import { installHook } from './hook.ts';
import { knowledgeOf, WorldHud } from './hud.ts';
import { Journey } from './journey.ts';
import { Minimap } from './minimap.ts';
import { WorldView } from './view.ts';

/** A frame longer than this was no frame: the tab was away. */
const LONGEST_FRAME_SECONDS = 0.1;
const RETRY_SECONDS = [2, 3, 5, 8];
const KEY_HINT = 'WASD or the held mouse to walk · walk over things to take them · 1 to 6 to drop one';
const TOUCH_HINT = 'A thumb walks · tap a thing in the bag to drop it';
const FRESH: Entry = { kind: 'quick' };
const ARENA = '/?rooms';

export class WorldGame {
  readonly #settings = new Settings();
  readonly #client = new Client(location.origin);
  readonly #canvas = byId('world', HTMLCanvasElement);
  readonly #muteTool = byId('tool-mute', HTMLButtonElement);
  readonly #networkTool = byId('tool-network', HTMLButtonElement);
  readonly #audio = new Audio(this.#settings.muted);
  readonly #view = new WorldView(this.#canvas);
  readonly #hud = new WorldHud();
  readonly #minimap = new Minimap();
  readonly #toast = new Toast();
  readonly #notice = new NoticeDialog();
  readonly #entering = new Entering();
  readonly #reconnecting = new Reconnecting();
  readonly #bag = new BagStrip((kind) => this.#drop(kind));
  readonly #panel = new Panel(
    () => this.#showPanel(false),
    [['known', 'You know', () => this.#knowledge()], ...LINE_ROWS],
  );
  readonly #actions: Readonly<Record<KeyAction, () => void>> = {
    'board-show': () => {},
    'board-hide': () => {},
    menu: () => this.#openMenu(),
    mute: () => this.#setMuted(!this.#settings.muted),
    panel: () => this.#showPanel(!this.#panel.open),
  };
  readonly #controls = new Controls(this.#canvas, {
    onAction: (action) => this.#actions[action](),
    onDrop: (kind) => this.#drop(kind),
    onTouch: () => this.#hud.useTouch(),
  });
  readonly #menu = new Menu({
    onName: (name) => void this.#rename(name),
    onResume: () => this.#resume(),
    onShare: () => void this.#share(),
    onMute: this.#actions.mute,
    onNetwork: this.#actions.panel,
    onLeave: () => this.#journey?.leave(),
  });

  #journey: Journey | undefined;
  /** The way in that is being tried. */
  #entry: Entry | undefined;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #attempts = 0;
  #lastFrameAt = 0;
  #time = 0;

  begin(): void {
    installHook(() => this.#journey, this.#view);
    on('tool-share', () => void this.#share());
    on('tool-mute', this.#actions.mute);
    on('tool-network', this.#actions.panel);
    on('tool-menu', this.#actions.menu);
    this.#setMuted(this.#settings.muted);
    addEventListener('pagehide', () => {
      this.#settings.seat = this.#journey?.room.reconnectionToken ?? '';
    });
    if (matchMedia('(pointer: coarse)').matches) this.#hud.useTouch();
    requestAnimationFrame(this.#frame);
    void this.#go(this.#wayIn(new URLSearchParams(location.search).get('room')));
  }

  readonly #frame = (now: number): void => {
    requestAnimationFrame(this.#frame);
    const seconds = Math.min(LONGEST_FRAME_SECONDS, Math.max(0, (now - this.#lastFrameAt) / 1000));
    this.#lastFrameAt = now;
    this.#time += seconds;
    this.#journey?.frame(now, this.#time, seconds);
  };

  /** A visit leads straight into the world: the one of the link, of this tab before it was reloaded, or any. */
  #wayIn(roomId: string | null): Entry {
    if (!roomId) return FRESH;
    const token = this.#settings.seat;
    return token.startsWith(`${roomId}:`) ? { kind: 'return', roomId, token } : { kind: 'room', roomId };
  }

  /** Gets into the world, or says why not. One attempt at a time. */
  async #go(entry: Entry): Promise<void> {
    if (this.#entry) return;
    this.#entry = entry;
    clearTimeout(this.#retryTimer);
    this.#notice.hide();
    this.#entering.show(true);
    try {
      this.#travel(await this.#enter(entry));
      this.#attempts = 0;
    } catch (failure) {
      this.#refused(joinNotice(failure), entry);
    } finally {
      this.#entry = undefined;
      this.#entering.show(false);
    }
  }

  /** A seat that is no longer kept may still be one in a room with space. */
  async #enter(entry: Entry): Promise<WorldRoom> {
    const { name } = this.#settings;
    if (entry.kind !== 'return') return enterWorld(this.#client, entry, name);
    return enterWorld(this.#client, entry, name).catch(() =>
      enterWorld(this.#client, { kind: 'room', roomId: entry.roomId }, name),
    );
  }

  #travel(room: WorldRoom): void {
    history.replaceState(null, '', shareLink(room.roomId));
    this.#journey = new Journey(
      room,
      {
        view: this.#view,
        audio: this.#audio,
        controls: this.#controls,
        hud: this.#hud,
        bag: this.#bag,
        minimap: this.#minimap,
        panel: this.#panel,
        reconnecting: this.#reconnecting,
      },
      { onReturn: () => this.#toast.show('Back in the world'), onEnd: (code, reason) => this.#ended(code, reason) },
    );
    this.#controls.enabled = true;
    this.#focusWorld();
    this.#hud.hint(this.#hud.touch ? TOUCH_HINT : KEY_HINT);
  }

  #ended(code: number, reason: string | undefined): void {
    this.#journey = undefined;
    this.#controls.enabled = false;
    this.#menu.close();
    this.#showPanel(false);
    if (code === CloseCode.CONSENTED) location.assign(ARENA);
    else this.#tell(leaveNotice(code, reason), FRESH);
  }

  #refused(words: Notice, entry: Entry): void {
    this.#tell(words, words.action === 'quick' ? FRESH : entry);
    if (words.retries) this.#retry(entry, RETRY_SECONDS[Math.min(this.#attempts++, RETRY_SECONDS.length - 1)]!);
  }

  #tell(words: Notice, next: Entry): void {
    this.#notice.show(
      words,
      () => void this.#go(next),
      () => {
        clearTimeout(this.#retryTimer);
        location.assign(ARENA);
      },
    );
  }

  /** Counts down, then tries again; any answer to the notice ends it. */
  #retry(entry: Entry, seconds: number): void {
    if (seconds === 0) return void this.#go(entry);
    this.#notice.countdown(seconds);
    this.#retryTimer = setTimeout(() => this.#retry(entry, seconds - 1), 1000);
  }

  #openMenu(): void {
    if (!this.#journey) return;
    this.#controls.enabled = false;
    this.#menu.show(this.#settings.name);
  }

  #resume(): void {
    if (!this.#journey) return;
    this.#controls.enabled = true;
    this.#focusWorld();
  }

  /** Keys belong to the world again, not to the button that was pressed last. */
  #focusWorld(): void {
    if (this.#journey && !this.#menu.open) this.#canvas.focus({ preventScroll: true });
  }

  #drop(kind: ItemKind): void {
    this.#journey?.drop(kind);
    this.#focusWorld();
  }

  #knowledge(): string {
    if (!this.#journey) return '';
    const { known, all } = knowledgeOf(this.#journey.room);
    return `${known} of ${all} entities`;
  }

  /** The server has the last word on a name, and says why it refuses one. */
  async #rename(name: string): Promise<void> {
    try {
      await this.#journey?.room.request('rename', name);
      this.#settings.name = name;
    } catch (refused) {
      this.#toast.show(refused instanceof Error ? refused.message : 'That name cannot be used.');
    }
  }

  #setMuted(muted: boolean): void {
    this.#settings.muted = muted;
    this.#audio.muted = muted;
    this.#menu.setMuted(muted);
    this.#muteTool.setAttribute('aria-pressed', String(muted));
    this.#muteTool.querySelector('use')?.setAttribute('href', muted ? '#i-silence' : '#i-sound');
    this.#focusWorld();
  }

  #showPanel(shown: boolean): void {
    this.#panel.show(shown);
    this.#menu.setNetwork(shown);
    this.#networkTool.setAttribute('aria-pressed', String(shown));
    this.#focusWorld();
  }

  async #share(): Promise<void> {
    if (!this.#journey) return;
    const link = shareLink(this.#journey.room.roomId);
    this.#toast.show((await copyText(link)) ? 'Link copied: send it to a friend' : link);
    this.#focusWorld();
  }
}
