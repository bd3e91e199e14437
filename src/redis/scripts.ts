/**
 * The Lua scripts beside this file, one a transition, as commands of a client: sent by their hash, and whole where the
 * server does not know them (ioredis's defineCommand). Before each goes what they share (shared.lua), and before that the
 * names of the keys. The only key they declare is Colyseus's hash of listings: all others share its slot.
 */
import { readFileSync } from 'node:fs';
import type { Cluster, Redis } from 'ioredis';
import { KEYS, ROWS } from './keys.ts';

export const SCRIPTS = [
  'claim',
  'ended-creation',
  'find',
  'leave',
  'list',
  'release',
  'renew',
  'seats',
  'still-creating',
  'unlist',
  'update',
] as const;
export type ScriptName = (typeof SCRIPTS)[number];

export type Argument = string | number;

/** Runs a script. Its arguments and what it returns are told at its top. */
export type RunScript = (name: ScriptName, ...args: readonly Argument[]) => Promise<unknown>;

/** Defines the scripts on a client; twice is fine. @throws when a file cannot be read. */
export function defineScripts(client: Redis | Cluster): RunScript {
  const commands = client as unknown as Record<string, (...args: Argument[]) => Promise<unknown>>;
  const [keys, shared] = [keyNames(), load('shared')];
  for (const name of SCRIPTS)
    client.defineCommand(commandOf(name), { numberOfKeys: 1, lua: `${keys}\n${shared}\n${load(name)}` });
  return (name, ...args) => commands[commandOf(name)]!(ROWS, ...args);
}

function commandOf(name: ScriptName): string {
  return `hypogeum-${name}`;
}

function load(name: string): string {
  return readFileSync(new URL(`./scripts/${name}.lua`, import.meta.url), 'utf8');
}

/** A Lua table of the key names: `KEY.leases`. */
function keyNames(): string {
  const fields = Object.entries(KEYS).map(([name, key]) => `${name} = '${key}'`);
  return `local KEY = { ${fields.join(', ')} }`;
}
