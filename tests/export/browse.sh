#!/bin/sh
# Opens a page in headless chromium, shows it a PGM picture, and prints the points that it draws, as
# a line between commas.
#
# usage: browse.sh PAGE.html PICTURE.pgm SIDE
set -eu
page=$1
picture=$2
side=$3
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

pixels=$(tail -c $((side * side)) "$picture" | od -An -v -tu1 | tr -s ' \n' ',' | sed 's/^,//; s/,$//')
{
    cat "$page"
    cat <<END
<script>
(function look() {
  if (!face)
    return setTimeout(look, 10);
  const canvas = document.createElement("canvas"), brush = canvas.getContext("2d");
  canvas.width = canvas.height = $side;
  const image = brush.createImageData($side, $side);
  [$pixels].forEach((grey, i) => image.data.set([grey, grey, grey, 255], 4 * i));
  brush.putImageData(image, 0, 0);
  show(canvas, $side, $side);
  element("told").textContent = "points:" + Array.from(predict(crop())).join(",");
})();
</script>
END
} >"$scratch/page.html"
chromium --headless --no-sandbox --disable-gpu --user-data-dir="$scratch/profile" \
    --virtual-time-budget=20000 --dump-dom "file://$scratch/page.html" 2>/dev/null |
    sed -n 's/.*>points:\([^<]*\)<.*/\1/p'
