/**
 * What the page remembers: the player's name and whether the sound is off, between visits; and, for a reload of the tab,
 * the seat in the match. Nothing else is stored.
 */

const NAME = 'hypogeum.name';
const MUTED = 'hypogeum.muted';
const SEAT = 'hypogeum.seat';

export class Settings {
  get name(): string {
    return read('local', NAME);
  }

  set name(name: string) {
    write('local', NAME, name);
  }

  get muted(): boolean {
    return read('local', MUTED) === 'yes';
  }

  set muted(muted: boolean) {
    write('local', MUTED, muted ? 'yes' : 'no');
  }

  /** The SDK's reconnection token of the match in this tab; empty without one. */
  get seat(): string {
    return read('session', SEAT);
  }

  set seat(token: string) {
    write('session', SEAT, token);
  }
}

/** Storage may be forbidden (private windows, blocked cookies), then even naming it throws; the page forgets, and works. */
function storage(kind: 'local' | 'session'): Storage {
  return kind === 'local' ? localStorage : sessionStorage;
}

function read(kind: 'local' | 'session', key: string): string {
  try {
    return storage(kind).getItem(key) ?? '';
  } catch {
    return '';
  }
}

function write(kind: 'local' | 'session', key: string, value: string): void {
  try {
    storage(kind).setItem(key, value);
  } catch {
    // Forgetting is all that happens.
  }
}
