import assert from 'node:assert/strict';
import { Camera } from '../../clients/web/render/camera.ts';
import { HEIGHT, WIDTH } from '../../rooms/arena/map.ts';

const LONG = 100;
const CORNERS = [
  [20, 20],
  [WIDTH - 20, 20],
  [20, HEIGHT - 20],
  [WIDTH - 20, HEIGHT - 20],
] as const;

/** Where a body in each corner of the arena is on the screen, from the screen's edges. */
function corners(camera: Camera): { top: number; bottom: number; side: number } {
  const places = CORNERS.map(([x, y]) => {
    camera.follow(x, y, LONG);
    return { x: camera.screenX(x), y: camera.screenY(y) };
  });
  return {
    top: Math.min(...places.map(({ y }) => y)),
    bottom: Math.min(...places.map(({ y }) => camera.height - y)),
    side: Math.min(...places.map(({ x }) => Math.min(x, camera.width - x))),
  };
}

describe('the camera of the page', () => {
  it('shows a body in a corner, and little of what is beyond', () => {
    const camera = new Camera();
    camera.resize(1440, 900, 1);
    const { top, bottom, side } = corners(camera);
    for (const distance of [top, bottom, side]) {
      assert.ok(distance > 20 * camera.zoom && distance < 130 * camera.zoom, `${distance}`);
    }
  });

  it('brings an edge of the arena out from under the HUD and the thumbs', () => {
    const camera = new Camera();
    camera.thumbs = true;
    camera.resize(390, 844, 2);
    const upright = corners(camera);
    assert.ok(upright.top > 150 && upright.bottom > 250, JSON.stringify(upright));
    camera.resize(844, 390, 2);
    const { side } = corners(camera);
    assert.ok(side > 160, `${side}`);
  });
});
