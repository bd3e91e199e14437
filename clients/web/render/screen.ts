/** The canvas at the size and the resolution of the window, now and whenever that changes. */

/** More pixels cost time and are hardly seen. */
const MAX_PIXEL_RATIO = 2;

export function fillWindow(
  canvas: HTMLCanvasElement,
  camera: { resize(width: number, height: number, pixelRatio: number): void },
): void {
  const fit = (): void => {
    const ratio = Math.min(MAX_PIXEL_RATIO, devicePixelRatio);
    canvas.width = Math.round(innerWidth * ratio);
    canvas.height = Math.round(innerHeight * ratio);
    camera.resize(innerWidth, innerHeight, ratio);
  };
  addEventListener('resize', fit);
  fit();
}
