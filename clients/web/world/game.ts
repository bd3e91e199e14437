/**
 * The page put together: the way into the world, the journey, and what lies around it. Owns which of them is shown;
 * everything else is in the parts it joins.
 */
import { Client, CloseCode } from '@colyseus/sdk';
import type { ItemKind } from '../../../rooms/world/rules.ts';
import { Audio } from '../audio.ts';
import { shareLink } from '../connection.ts';
import type { KeyAction } from '../input/keyboard.ts';
import { Settings } from '../settings.ts';
import { byId } from '../ui/dom.ts';
import { LINE_ROWS, Panel } from '../ui/panel.ts';
import { Toast } from '../ui/toast.ts';
import { Reconnecting } from '../ui/waiting.ts';
import { Entrance, FRESH, keepSeat, wayIn } from '../visit/entrance.ts';
import { everyFrame } from '../visit/frames.ts';
import { Tools } from '../visit/tools.ts';
import { leaveNotice } from '../words.ts';
import { BagStrip } from './bag.ts';
import { enterWorld, type WorldRoom } from './connection.ts';
import { Controls } from './controls.ts';
import { installHook } from './hook.ts';
import { knowledgeOf, WorldHud } from './hud.ts';
import { Journey } from './journey.ts';
import { Minimap } from './minimap.ts';
import { WorldView } from './view.ts';

const KEY_HINT = 'WASD or the held mouse to walk · walk over things to take them · 1 to 6 to drop one';
const TOUCH_HINT = 'A thumb walks · tap a thing in the bag to drop it';
const ARENA = '/?rooms';

export class WorldGame {
  readonly #settings = new Settings();
  readonly #client = new Client(location.origin);
  readonly #canvas = byId('world', HTMLCanvasElement);
  readonly #audio = new Audio(this.#settings.muted);
  readonly #view = new WorldView(this.#canvas);
  readonly #hud = new WorldHud();
  readonly #minimap = new Minimap();
  readonly #toast = new Toast();
  readonly #bag = new BagStrip((kind) => this.#drop(kind));
  readonly #panel = new Panel([['known', 'You know', () => this.#knowledge()], ...LINE_ROWS]);
  readonly #reconnecting = new Reconnecting();
  readonly #actions: Readonly<Record<KeyAction, () => void>> = {
    'board-show': () => {},
    'board-hide': () => {},
    menu: () => this.#tools.openMenu(),
    mute: () => this.#tools.toggleMute(),
    panel: () => this.#tools.togglePanel(),
  };
  readonly #controls = new Controls(this.#canvas, {
    onAction: (action) => this.#actions[action](),
    onDrop: (kind) => this.#drop(kind),
    onTouch: () => this.#hud.useTouch(),
  });
  readonly #entrance = new Entrance<WorldRoom>({
    join: (entry) => enterWorld(this.#client, entry, this.#settings.name),
    onJoined: (room) => this.#travel(room),
    onBack: () => location.assign(ARENA),
  });
  readonly #tools = new Tools({
    settings: this.#settings,
    audio: this.#audio,
    panel: this.#panel,
    toast: this.#toast,
    controls: this.#controls,
    surface: this.#canvas,
  });

  #journey: Journey | undefined;

  /** A visit leads straight into the world: the one of the link, of this tab before it was reloaded, or any. */
  begin(): void {
    installHook(() => this.#journey, this.#view);
    keepSeat(this.#settings, () => this.#journey?.room);
    if (matchMedia('(pointer: coarse)').matches) this.#hud.useTouch();
    everyFrame((now, time, seconds) => this.#journey?.frame(now, time, seconds));
    void this.#entrance.go(wayIn(new URLSearchParams(location.search).get('room'), this.#settings.seat));
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
    this.#tools.begin(this.#journey);
    this.#hud.hint(this.#hud.touch ? TOUCH_HINT : KEY_HINT);
  }

  #ended(code: number, reason: string | undefined): void {
    this.#journey = undefined;
    this.#tools.end();
    if (code === CloseCode.CONSENTED) location.assign(ARENA);
    else this.#entrance.tell(leaveNotice(code, reason), FRESH);
  }

  #drop(kind: ItemKind): void {
    this.#journey?.drop(kind);
    this.#tools.focus();
  }

  #knowledge(): string {
    if (!this.#journey) return '';
    const { known, all } = knowledgeOf(this.#journey.room);
    return `${known} of ${all} entities`;
  }
}
