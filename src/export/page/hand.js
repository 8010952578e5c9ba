async function openFile(file) {
  if (!file)
    return;
  stopCamera();
  try {
    await started;
    const bitmap = await createImageBitmap(file);
    show(bitmap, bitmap.width, bitmap.height);
  } catch (error) {
    element("told").textContent = `${file.name}: ${error.message}`;
  }
}

/* ---- The camera ---- */

function stopCamera() {
  if (video)
    video.srcObject.getTracks().forEach(track => track.stop());
  video = null;
}

function nextFrame() {
  if (!video)
    return;
  draw();
  requestAnimationFrame(nextFrame);
}

async function startCamera() {
  if (video)
    return stopCamera();
  try {
    await started;
    const stream = await navigator.mediaDevices.getUserMedia({video: {facingMode: "user"}});
    video = Object.assign(document.createElement("video"), {srcObject: stream, muted: true,
                                                            playsInline: true});
    await video.play();
    show(video, video.videoWidth, video.videoHeight);
    nextFrame();
  } catch (error) {
    video = null;
    element("told").textContent = `camera: ${error.message}`;
  }
}

/* ---- The box ---- */

function place(event) {
  const scale = view.width / view.clientWidth;
  return {x: event.offsetX * scale, y: event.offsetY * scale};
}

view.onpointerdown = event => {
  if (!box)
    return;
  const at = place(event), reach = view.width / 20;
  const corner = Math.hypot(at.x - box.x - box.side, at.y - box.y - box.side) < reach;
  drag = {at, box: {...box}, corner};
  view.setPointerCapture(event.pointerId);
};
view.onpointermove = event => {
  if (!drag)
    return;
  const at = place(event), dx = at.x - drag.at.x, dy = at.y - drag.at.y;
  if (drag.corner)
    box.side = Math.max(16, drag.box.side + (dx + dy) / 2);
  else
    Object.assign(box, {x: drag.box.x + dx, y: drag.box.y + dy});
  draw();
};
view.onpointerup = view.onpointercancel = () => { drag = null; };
element("file").onchange = event => openFile(event.target.files[0]);
element("camera").onclick = startCamera;
addEventListener("dragover", event => event.preventDefault());
addEventListener("drop", event => {
  event.preventDefault();
  openFile(event.dataTransfer.files[0]);
});
const started = WebAssembly.instantiate(bytes).then(module => { face = module.instance.exports; });
started.catch(error => {
  element("told").textContent = `This browser cannot run the model: ${error.message}`;
});
