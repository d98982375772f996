// Many images in one picture, as image_sheet.py makes it.

/** @import { Sheet } from "../../network/trainer.js" */

/**
 * The images of a sheet: 784 bytes of each, and its digit.
 * @param {{ url: string, digits: string }} sheet
 * @returns {Promise<Sheet>}
 */
export async function readSheet({ url, digits }) {
  const picture = Object.assign(new Image(), { src: url });
  await picture.decode();
  const { width, height } = picture;
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  if (!context) throw Error("This browser has no canvas to read images with.");
  context.drawImage(picture, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  const columns = width / 28;
  const images = [...digits].map((_, n) =>
    Uint8Array.from({ length: 784 }, (_, place) => {
      const row = 28 * Math.floor(n / columns) + Math.floor(place / 28);
      return data[4 * (row * width + 28 * (n % columns) + (place % 28))];
    }),
  );
  return { images, digits: [...digits].map(Number) };
}
