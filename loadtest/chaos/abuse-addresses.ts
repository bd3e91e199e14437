/**
 * Who is who to a server on the loopback, all of which, 127.0.0.0/8, belongs to this machine (on Linux): limits for each
 * address hold for the attacker as for one stranger, and the players have addresses of their own.
 */

/** The one of an attacker who is alone. */
export const ATTACKER = '127.0.0.1';

/** Each in a network of its own, should somebody count those. */
export const botAddress = (index: number): string => `127.1.${index & 255}.${(index >> 8) + 1}`;
export const joinerAddress = (index: number): string => `127.2.${index & 255}.${((index >> 8) & 127) + 1}`;
export const watcherAddress = (index: number): string => `127.3.${index & 255}.1`;
/** Of an attack by many, each from elsewhere: four million of them. */
export const strangerAddress = (index: number): string =>
  `127.${64 + ((index >> 16) & 63)}.${index & 255}.${(index >> 8) & 255 || 1}`;
