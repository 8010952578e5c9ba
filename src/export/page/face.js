"use strict";
const element = id => document.getElementById(id);
const view = element("view"), pen = view.getContext("2d");
const bytes = Uint8Array.from(atob(element("wasm").textContent.trim()), c => c.charCodeAt(0));
let face, picture, box, drag, video;

/* A picture that is no larger than the model's is looked at as a whole. */
function show(source, width, height) {
  picture = source;
  view.width = width;
  view.height = height;
  const side = Math.min(width, height);
  const share = side <= face.size() ? 1 : 0.6;
  box = {x: (width - share * side) / 2, y: (height - share * side) / 2, side: share * side};
  draw();
}

/* The box as grey bytes of the model's size. Halved until it is near that size, so that no pixel is
   skipped. */
function crop() {
  const size = face.size();
  let from = picture, x = box.x, y = box.y, side = box.side;
  for (;;) {
    const to = side > 2 * size ? Math.ceil(side / 2) : size;
    const next = document.createElement("canvas");
    next.width = next.height = to;
    const brush = next.getContext("2d", {willReadFrequently: true});
    brush.imageSmoothingEnabled = side !== to;
    brush.drawImage(from, x, y, side, side, 0, 0, to, to);
    if (to === size)
      return brush.getImageData(0, 0, size, size).data;
    [from, x, y, side] = [next, 0, 0, to];
  }
}

function predict(rgba) {
  const grey = new Uint8Array(face.memory.buffer, face.pixels(), face.size() ** 2);
  for (let i = 0; i < grey.length; i++)
    grey[i] = Math.round(0.299 * rgba[4 * i] + 0.587 * rgba[4 * i + 1] + 0.114 * rgba[4 * i + 2]);
  return new Float32Array(face.memory.buffer, face.predict(), 2 * face.points());
}

function draw() {
  if (!picture)
    return;
  pen.drawImage(picture, 0, 0, view.width, view.height);
  const rgba = crop(), start = performance.now(), xy = predict(rgba);
  const time = performance.now() - start, scale = box.side / face.size();
  const unit = view.width / 320;
  pen.lineWidth = unit;
  pen.strokeStyle = "#1a7f5a";
  pen.strokeRect(box.x, box.y, box.side, box.side);
  pen.fillStyle = "#1a7f5a";
  pen.fillRect(box.x + box.side - 5 * unit, box.y + box.side - 5 * unit, 10 * unit, 10 * unit);
  for (let p = 0; p < xy.length; p += 2) {
    pen.beginPath();
    pen.arc(box.x + (xy[p] + 0.5) * scale, box.y + (xy[p + 1] + 0.5) * scale, 3 * unit, 0, 7);
    pen.fillStyle = "#ffd23f";
    pen.fill();
    pen.strokeStyle = "#222";
    pen.lineWidth = unit / 2;
    pen.stroke();
  }
  element("told").textContent = `${face.points()} points in ${time.toFixed(1)} ms`;
}
