/** Where the page starts. */
import { WorldGame } from './game.ts';

new WorldGame().begin();
