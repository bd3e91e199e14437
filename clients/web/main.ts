/** Where the page starts. */
import { Game } from './game.ts';

new Game().begin();
