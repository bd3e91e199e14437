/** The numbers around the arena: time, standing, health, cooldowns, what befell the player. Writes only what changed. */
import { DASH_COOLDOWN_TICKS, MAX_HEALTH, ROCKET_COOLDOWN_TICKS, TICK_RATE } from '../../../rooms/arena/rules.ts';
import type { ArenaState, Player } from '../../../rooms/arena/state.ts';
import { byId, setHidden, setText } from './dom.ts';
import { Hint } from './hint.ts';
import { Ranking, type Standing } from './ranking.ts';
import { StandingList } from './standing.ts';

/** What the HUD shows of a frame. */
export interface HudState {
  readonly state: ArenaState;
  readonly selfId: string;
  /** As predicted, where that is known: cooldowns answer at once. */
  readonly body: Player | undefined;
  readonly self: Player | undefined;
}

const ENDING_SECONDS = 10;
const LOW_HEALTH = 30;
const HURT_SECONDS = 0.5;
const HINT_SECONDS = 9;

export class Hud {
  readonly #root = byId('hud', HTMLElement);
  readonly #round = byId('round', HTMLElement);
  readonly #timer = byId('timer', HTMLElement);
  readonly #plaque = this.#timer.parentElement!;
  readonly #health = byId('health', HTMLElement);
  readonly #healthNumber = byId('health-number', HTMLElement);
  readonly #healthFill = byId('health-fill', HTMLElement);
  readonly #healthLag = byId('health-lag', HTMLElement);
  readonly #haste = byId('haste', HTMLElement);
  readonly #hasteSeconds = byId('haste-seconds', HTMLElement);
  readonly #fallen = byId('fallen', HTMLElement);
  readonly #fallenBy = byId('fallen-by', HTMLElement);
  readonly #fallenSeconds = byId('fallen-seconds', HTMLElement);
  readonly #hint = new Hint();
  readonly #hurt = byId('hurt', HTMLElement);
  readonly #rocket = new Gauge('gauge-rocket', 'touch-rocket', ROCKET_COOLDOWN_TICKS);
  readonly #dash = new Gauge('gauge-dash', 'touch-dash', DASH_COOLDOWN_TICKS);
  readonly #standing = new StandingList(byId('standing', HTMLElement));
  /** Thumbs are in use. */
  touch = false;
  #shownHealth = -1;
  #hurtLeft = 0;
  #hurtShown = 0;

  readonly #ranking = new Ranking();

  /** Players by rank, as shown in this frame. */
  get standing(): readonly Standing[] {
    return this.#ranking.all;
  }

  show(shown: boolean): void {
    setHidden(this.#root, !shown);
    if (!shown) return;
    this.#shownHealth = -1;
    this.#hurtLeft = 0;
    setHidden(this.#fallen, true);
  }

  /** Puts the thumbs' controls on the screen and everything else out of their way. */
  useTouch(): void {
    if (this.touch) return;
    this.touch = true;
    document.body.classList.add('is-touch');
    setHidden(byId('touch', HTMLElement), false);
  }

  hint(text: string): void {
    this.#hint.show(text, HINT_SECONDS);
  }

  /** The player was hurt: `share` of a whole life. */
  hurt(share: number): void {
    this.#hurtLeft = Math.min(1, this.#hurtLeft + 0.25 + share * 1.5);
  }

  /** Who or what ended the player's life, in words. */
  fell(words: string): void {
    setText(this.#fallenBy, words);
  }

  update({ state, selfId, self, body }: HudState, seconds: number): void {
    this.#root.classList.toggle('is-result', state.phase === 'result');
    setText(this.#round, `Round ${state.round}`);
    setText(this.#timer, clock(state.secondsLeft));
    this.#plaque.classList.toggle('is-ending', state.phase === 'play' && state.secondsLeft <= ENDING_SECONDS);
    this.#standing.update(this.#ranking.update(state.players), selfId);
    this.#fade(seconds);
    if (!self) return;
    this.#showHealth(self.health);
    this.#rocket.update((body ?? self).rocketCooldown);
    this.#dash.update((body ?? self).dashCooldown);
    setHidden(this.#haste, self.hasteTicks === 0);
    setText(this.#hasteSeconds, String(Math.ceil(self.hasteTicks / TICK_RATE)));
    setHidden(this.#fallen, self.alive || state.phase !== 'play');
    setText(this.#fallenSeconds, String(Math.ceil(self.respawnTicks / TICK_RATE)));
  }

  #showHealth(health: number): void {
    if (health === this.#shownHealth) return;
    this.#shownHealth = health;
    setText(this.#healthNumber, String(health));
    const scale = `scaleX(${health / MAX_HEALTH})`;
    this.#healthFill.style.transform = scale;
    this.#healthLag.style.transform = scale;
    this.#health.classList.toggle('is-low', health <= LOW_HEALTH);
  }

  #fade(seconds: number): void {
    this.#hurtLeft = Math.max(0, this.#hurtLeft - seconds / HURT_SECONDS);
    const shown = Math.round(this.#hurtLeft * 20) / 20;
    if (shown !== this.#hurtShown) this.#hurt.style.opacity = String(shown);
    this.#hurtShown = shown;
    this.#hint.update(seconds);
  }
}

/** A weapon's cooldown as a dial, and the thumb's button that goes with it. */
class Gauge {
  readonly #dial: HTMLElement;
  readonly #thumb: HTMLElement;
  readonly #fill: SVGElement;
  readonly #full: number;
  #shown = -1;

  constructor(id: string, thumbId: string, full: number) {
    this.#dial = byId(id, HTMLElement);
    this.#thumb = byId(thumbId, HTMLElement);
    this.#fill = this.#dial.querySelector<SVGElement>('.dial-fill')!;
    this.#full = full;
  }

  update(cooldown: number): void {
    if (cooldown === this.#shown) return;
    this.#shown = cooldown;
    this.#fill.style.strokeDashoffset = String((cooldown / this.#full) * 100);
    this.#dial.classList.toggle('is-ready', cooldown === 0);
    this.#thumb.classList.toggle('is-ready', cooldown === 0);
  }
}

export function clock(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
