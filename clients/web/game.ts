/**
 * The page put together: start screen, a match, and the ways between the two. Owns which of them is shown; everything
 * else is in the parts it joins.
 */
import { Client, CloseCode } from '@colyseus/sdk';
import { Audio } from './audio.ts';
import { type ArenaRoom, enter, shareLink } from './connection.ts';
import { installHook } from './hook.ts';
import { Controls } from './input/controls.ts';
import type { KeyAction } from './input/keyboard.ts';
import { Lobby } from './lobby.ts';
import { Match } from './match.ts';
import { View } from './render/view.ts';
import { Settings } from './settings.ts';
import { byId } from './ui/dom.ts';
import { Feed } from './ui/feed.ts';
import { Hud } from './ui/hud.ts';
import { Panel } from './ui/panel.ts';
import { Result } from './ui/result.ts';
import { Scoreboard } from './ui/scoreboard.ts';
import { StartScreen } from './ui/start-screen.ts';
import { Toast } from './ui/toast.ts';
import { Reconnecting } from './ui/waiting.ts';
import { Entrance, FRESH, keepSeat, wayIn } from './visit/entrance.ts';
import { type Draw, everyFrame } from './visit/frames.ts';
import { Tools } from './visit/tools.ts';
import { leaveNotice } from './words.ts';

const KEY_HINT = 'WASD to move, mouse to aim and shoot, right button for a rocket, Space to dash';
const TOUCH_HINT = 'Left thumb moves, right thumb shoots';
/** The query that shows the start screen instead of a match. */
const START = 'rooms';

export class Game {
  readonly #settings = new Settings();
  readonly #client = new Client(location.origin);
  readonly #canvas = byId('arena', HTMLCanvasElement);
  readonly #audio = new Audio(this.#settings.muted);
  readonly #view = new View(this.#canvas);
  readonly #hud = new Hud();
  readonly #feed = new Feed();
  readonly #board = new Scoreboard();
  readonly #result = new Result();
  readonly #toast = new Toast();
  readonly #panel = new Panel();
  readonly #reconnecting = new Reconnecting();
  readonly #actions: Readonly<Record<KeyAction, () => void>> = {
    'board-show': () => this.#board.show(true),
    'board-hide': () => this.#board.show(false),
    menu: () => this.#tools.openMenu(),
    mute: () => this.#tools.toggleMute(),
    panel: () => this.#tools.togglePanel(),
  };
  readonly #controls = new Controls(this.#canvas, {
    onAction: (action) => this.#actions[action](),
    onTouch: () => this.#useTouch(),
  });
  readonly #start = new StartScreen(this.#settings.name, {
    onEnter: (entry) => void this.#entrance.go(entry),
    onName: (name) => {
      this.#settings.name = name;
    },
  });
  readonly #lobby = new Lobby(this.#client, {
    onRooms: (rooms) => this.#start.setRooms(rooms),
    onLive: (live) => this.#start.setLive(live),
  });
  readonly #entrance = new Entrance<ArenaRoom>({
    join: (entry) => enter(this.#client, entry, this.#start.name),
    onJoined: (room) => this.#play(room),
    onBack: () => this.#showStart(),
  });
  readonly #tools = new Tools(
    {
      settings: this.#settings,
      audio: this.#audio,
      panel: this.#panel,
      toast: this.#toast,
      controls: this.#controls,
      surface: this.#canvas,
    },
    (name) => {
      this.#start.name = name;
    },
  );

  #match: Match | undefined;

  begin(): void {
    installHook(() => this.#match, this.#view);
    keepSeat(this.#settings, () => this.#match?.room);
    if (matchMedia('(pointer: coarse)').matches) this.#useTouch();
    everyFrame(this.#draw);
    const query = new URLSearchParams(location.search);
    if (query.has(START)) this.#showStart();
    else void this.#entrance.go(wayIn(query.get('room'), this.#settings.seat));
  }

  /** The page makes room for thumbs. */
  #useTouch(): void {
    this.#hud.useTouch();
    this.#view.camera.thumbs = true;
  }

  readonly #draw: Draw = (now, time, seconds) => {
    if (this.#match) this.#match.frame(now, time, seconds);
    else this.#view.drawEmpty(time, seconds);
  };

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
    this.#tools.begin(this.#match);
    this.#hud.hint(this.#hud.touch ? TOUCH_HINT : KEY_HINT);
    if (!this.#settings.name) this.#toast.show('You fight as Tiro: the menu takes your own name');
  }

  #ended(code: number, reason: string | undefined): void {
    this.#match = undefined;
    this.#tools.end();
    this.#showStart();
    if (code !== CloseCode.CONSENTED) this.#entrance.tell(leaveNotice(code, reason), FRESH);
  }

  #showStart(): void {
    this.#entrance.clear();
    history.replaceState(null, '', `${location.pathname}?${START}`);
    this.#start.show(true);
    this.#lobby.start();
    if (!this.#hud.touch) this.#start.focusName();
  }
}
