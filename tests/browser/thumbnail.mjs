// A picture as a few letters, so that two of them can be compared loosely.
const COLUMNS = 16;
const ROWS = 9;

/**
 * @param page an empty one of another context
 * @return of a PNG, the brightness of its ground (0 to f), then of 16 x 9 fields how much there is on it: 0 nothing, 1 something, 2 much
 */
export function thumbnail(page, png) {
  return page.evaluate(async ([source, columns, rows]) => {
    const image = new Image();
    image.src = source;
    await image.decode();
    const { width, height } = image;
    const context = Object.assign(document.createElement("canvas"), { width, height }).getContext("2d");
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, width, height);
    const light = Uint8Array.from({ length: width * height }, (_, i) => 0.2126 * data[4 * i] + 0.7152 * data[4 * i + 1] + 0.0722 * data[4 * i + 2]);
    const counts = new Uint32Array(256);
    for (const one of light) counts[one]++;
    const ground = counts.indexOf(Math.max(...counts));
    const field = (column, row) => {
      const [left, right] = [column, column + 1].map((n) => Math.floor((n * width) / columns));
      const [top, bottom] = [row, row + 1].map((n) => Math.floor((n * height) / rows));
      let on = 0;
      for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) on += Math.abs(light[y * width + x] - ground) > 24;
      const share = on / ((right - left) * (bottom - top));
      return share < 0.005 ? 0 : share < 0.08 ? 1 : 2;
    };
    const fields = Array.from({ length: columns * rows }, (_, i) => field(i % columns, Math.floor(i / columns)));
    return Math.round(ground / 17).toString(16) + fields.join("");
  }, [`data:image/png;base64,${png.toString("base64")}`, COLUMNS, ROWS]);
}
