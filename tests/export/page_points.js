/* Runs the model inside of an exported page on PGM pictures and prints a line of points for each.

   usage: node page_points.js PAGE.html PICTURE.pgm... */
"use strict";
const fs = require("fs");
const [page, ...pictures] = process.argv.slice(2);
const html = fs.readFileSync(page, "utf8");
const base64 = /<script id="wasm"[^>]*>([^<]*)</.exec(html)[1].trim();

WebAssembly.instantiate(Buffer.from(base64, "base64")).then(module => {
  const face = module.instance.exports, count = face.size() ** 2;
  for (const path of pictures) {
    const bytes = fs.readFileSync(path);
    new Uint8Array(face.memory.buffer, face.pixels(), count).set(bytes.subarray(-count));
    const xy = new Float32Array(face.memory.buffer, face.predict(), 2 * face.points());
    console.log(Array.from(xy, value => value.toFixed(6)).join(","));
  }
});
