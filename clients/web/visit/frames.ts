/** The frame loop of a page. */

/** A frame longer than this was no frame: the tab was away. */
const LONGEST_FRAME_SECONDS = 0.1;

/** `now` as the browser counts it, in milliseconds; `time` and `seconds` (since the last frame) leave out what the tab was away. */
export type Draw = (now: number, time: number, seconds: number) => void;

/** Draws once a frame from now on. */
export function everyFrame(draw: Draw): void {
  let lastFrameAt = 0;
  let time = 0;
  const frame = (now: number): void => {
    requestAnimationFrame(frame);
    const seconds = Math.min(LONGEST_FRAME_SECONDS, Math.max(0, (now - lastFrameAt) / 1000));
    lastFrameAt = now;
    time += seconds;
    draw(now, time, seconds);
  };
  requestAnimationFrame(frame);
}
