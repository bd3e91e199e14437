/**
 * The page put together: start screen, a match, and the ways between the two. Owns which of them is shown and the frame
 * loop; everything else is in the parts it joins.
 */
import { Client, CloseCode } from '@colyseus/sdk';
import { Audio } from './audio.ts';
import { type ArenaRoom, type Entry, enter, shareLink } from './connection.ts';
import { installHook } from './hook.ts';
import { Controls } from './input/controls.ts';
import type { KeyAction } from './input/keyboard.ts';
import { Lobby } from './lobby.ts';
import { Match } from './match.ts';
import { View } from './render/view.ts';
import { Settings } from './settings.ts';
import { copyText } from './ui/clipboard.ts';
import { Menu, NoticeDialog, on } from './ui/dialogs.ts';
import { byId } from './ui/dom.ts';
import { Feed } from './ui/feed.ts';
import { Hud } from './ui/hud.ts';
import { Panel } from './ui/panel.ts';
import { Result } from './ui/result.ts';
import { Scoreboard } from './ui/scoreboard.ts';
import { StartScreen } from './ui/start-screen.ts';
import { Toast } from './ui/toast.ts';
import { Entering, Reconnecting } from './ui/waiting.ts';
import { joinNotice, leaveNotice, type Notice } from './words.ts';

/** A frame longer than this was no frame: the tab was away. */
const LONGEST_FRAME_SECONDS = 0.1;
const RETRY_SECONDS = [2, 3, 5, 8];
const KEY_HINT = 'WASD to move, mouse to aim and shoot, right button for a rocket, Space to dash';
const TOUCH_HINT = 'Left thumb moves, right thumb shoots';
const FRESH: Entry = { kind: 'quick' };
/** The query that shows the start screen instead of a match. */
const START = 'rooms';

export class Game {
  readonly #settings = new Settings();
  readonly #client = new Client(location.origin);
  readonly #canvas = byId('arena', HTMLCanvasElement);
  readonly #muteTool = byId('tool-mute', HTMLButtonElement);
  readonly #networkTool = byId('tool-network', HTMLButtonElement);
  readonly #audio = new Audio(this.#settings.muted);
  readonly #view = new View(this.#canvas);
  readonly #hud = new Hud();
  readonly #feed = new Feed();
  readonly #board = new Scoreboard();
  readonly #result = new Result();
  readonly #toast = new Toast();
  readonly #notice = new NoticeDialog();
  readonly #entering = new Entering();
  readonly #reconnecting = new Reconnecting();
  readonly #panel = new Panel(() => this.#showPanel(false));
  readonly #actions: Readonly<Record<KeyAction, () => void>> = {
    'board-show': () => this.#board.show(true),
    'board-hide': () => this.#board.show(false),
    menu: () => this.#openMenu(),
    mute: () => this.#toggleMute(),
    panel: () => this.#showPanel(!this.#panel.open),
  };
  readonly #controls = new Controls(this.#canvas, {
    onAction: (action) => this.#actions[action](),
    onTouch: () => this.#useTouch(),
  });
  readonly #start = new StartScreen(this.#settings.name, {
    onEnter: (entry) => void this.#go(entry),
    onName: (name) => {
      this.#settings.name = name;
    },
  });
  readonly #lobby = new Lobby(this.#client, {
    onRooms: (rooms) => this.#start.setRooms(rooms),
    onLive: (live) => this.#start.setLive(live),
  });
  readonly #menu = new Menu({
    onName: (name) => void this.#rename(name),
    onResume: () => this.#resume(),
    onShare: () => void this.#share(),
    onMute: () => this.#toggleMute(),
    onNetwork: () => this.#showPanel(!this.#panel.open),
    onLeave: () => this.#match?.leave(),
  });

  #match: Match | undefined;
  /** The way in that is being tried. */
  #entry: Entry | undefined;
  #retryTimer = 0;
  #attempts = 0;
  #lastFrameAt = 0;
  #time = 0;

  begin(): void {
    installHook(() => this.#match, this.#view);
    on('tool-share', () => void this.#share());
    on('tool-mute', this.#actions.mute);
    on('tool-network', this.#actions.panel);
    on('tool-menu', this.#actions.menu);
    this.#setMuted(this.#settings.muted);
    addEventListener('pagehide', () => {
      this.#settings.seat = this.#match?.room.reconnectionToken ?? '';
    });
    if (matchMedia('(pointer: coarse)').matches) this.#useTouch();
    requestAnimationFrame(this.#frame);
    const query = new URLSearchParams(location.search);
    if (query.has(START)) this.#showStart();
    else void this.#go(this.#wayIn(query.get('room')));
  }

  /** The page makes room for thumbs. */
  #useTouch(): void {
    this.#hud.useTouch();
    this.#view.camera.thumbs = true;
  }

  readonly #frame = (now: number): void => {
    requestAnimationFrame(this.#frame);
    const seconds = Math.min(LONGEST_FRAME_SECONDS, Math.max(0, (now - this.#lastFrameAt) / 1000));
    this.#lastFrameAt = now;
    this.#time += seconds;
    if (this.#match) this.#match.frame(now, this.#time, seconds);
    else this.#view.drawEmpty(this.#time, seconds);
  };

  /** A visit leads straight into a match: the one of the link, of this tab before it was reloaded, or any. */
  #wayIn(roomId: string | null): Entry {
    if (!roomId) return FRESH;
    const token = this.#settings.seat;
    return token.startsWith(`${roomId}:`) ? { kind: 'return', roomId, token } : { kind: 'room', roomId };
  }

  /** Gets into a room, or says why not. One attempt at a time: a second Enter does not ask for a second seat. */
  async #go(entry: Entry): Promise<void> {
    if (this.#entry) return;
    this.#entry = entry;
    clearTimeout(this.#retryTimer);
    this.#notice.hide();
    this.#entering.show(true);
    try {
      this.#play(await this.#enter(entry));
      this.#attempts = 0;
    } catch (failure) {
      this.#refused(joinNotice(failure), entry);
    } finally {
      this.#entry = undefined;
      this.#entering.show(false);
    }
  }

  /** A seat that is no longer kept may still be one in a room with space. */
  async #enter(entry: Entry): Promise<ArenaRoom> {
    const { name } = this.#start;
    if (entry.kind !== 'return') return enter(this.#client, entry, name);
    return enter(this.#client, entry, name).catch(() =>
      enter(this.#client, { kind: 'room', roomId: entry.roomId }, name),
    );
  }

  #play(room: ArenaRoom): void {
    this.#lobby.stop();
    this.#start.show(false);
    history.replaceState(null, '', shareLink(room.roomId));
    this.#match = new Match(
      room,
      {
        view: this.#view,
        audio: this.#audio,
        controls: this.#controls,
        hud: this.#hud,
        feed: this.#feed,
        board: this.#board,
        result: this.#result,
        panel: this.#panel,
        reconnecting: this.#reconnecting,
      },
      { onReturn: () => this.#toast.show('Back in the match'), onEnd: (code, reason) => this.#ended(code, reason) },
    );
    this.#controls.enabled = true;
    this.#focusArena();
    this.#hud.hint(this.#hud.touch ? TOUCH_HINT : KEY_HINT);
    if (!this.#settings.name) this.#toast.show('You fight as Tiro: the menu takes your own name');
  }

  #ended(code: number, reason: string | undefined): void {
    this.#match = undefined;
    this.#controls.enabled = false;
    this.#menu.close();
    this.#showPanel(false);
    this.#showStart();
    if (code === CloseCode.CONSENTED) return;
    this.#notice.show(
      leaveNotice(code, reason),
      () => void this.#go(FRESH),
      () => this.#back(),
    );
  }

  #refused(words: Notice, entry: Entry): void {
    this.#notice.show(
      words,
      () => void this.#go(words.action === 'quick' ? FRESH : entry),
      () => this.#back(),
    );
    if (words.retries) this.#retry(entry, RETRY_SECONDS[Math.min(this.#attempts++, RETRY_SECONDS.length - 1)]!);
  }

  /** Counts down, then tries again; any answer to the notice ends it. */
  #retry(entry: Entry, seconds: number): void {
    if (seconds === 0) return void this.#go(entry);
    this.#notice.countdown(seconds);
    this.#retryTimer = window.setTimeout(() => this.#retry(entry, seconds - 1), 1000);
  }

  #back(): void {
    clearTimeout(this.#retryTimer);
    this.#attempts = 0;
    this.#showStart();
  }

  #showStart(): void {
    this.#entering.show(false);
    history.replaceState(null, '', `${location.pathname}?${START}`);
    this.#start.show(true);
    this.#lobby.start();
    if (!this.#hud.touch) this.#start.focusName();
  }

  #openMenu(): void {
    if (!this.#match) return;
    this.#controls.enabled = false;
    this.#menu.show(this.#settings.name);
  }

  #resume(): void {
    if (!this.#match) return;
    this.#controls.enabled = true;
    this.#focusArena();
  }

  /** Keys belong to the match again, not to the button that was pressed last. */
  #focusArena(): void {
    if (this.#match && !this.#menu.open) this.#canvas.focus({ preventScroll: true });
  }

  /** The server has the last word on a name, and says why it refuses one. */
  async #rename(name: string): Promise<void> {
    try {
      await this.#match?.room.request('rename', name);
      this.#settings.name = name;
      this.#start.name = name;
    } catch (refused) {
      this.#toast.show(refused instanceof Error ? refused.message : 'That name cannot be used.');
    }
  }

  #toggleMute(): void {
    this.#setMuted(!this.#settings.muted);
  }

  #setMuted(muted: boolean): void {
    this.#settings.muted = muted;
    this.#audio.muted = muted;
    this.#menu.setMuted(muted);
    this.#muteTool.setAttribute('aria-pressed', String(muted));
    this.#muteTool.querySelector('use')?.setAttribute('href', muted ? '#i-silence' : '#i-sound');
    this.#focusArena();
  }

  #showPanel(shown: boolean): void {
    this.#panel.show(shown);
    this.#menu.setNetwork(shown);
    this.#networkTool.setAttribute('aria-pressed', String(shown));
    this.#focusArena();
  }

  async #share(): Promise<void> {
    if (!this.#match) return;
    const link = shareLink(this.#match.room.roomId);
    this.#toast.show((await copyText(link)) ? 'Link copied: send it to a friend' : link);
    this.#focusArena();
  }
}
