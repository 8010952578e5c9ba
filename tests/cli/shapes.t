Points are whatever the header says: here corners of a polygon, each a bright spot, half the
labels missing at random. Four points and twenty go the whole way.
$ printf '%s\n' 'function rnd() { x = (x * 1103515245 + 12345) % 2147483648; return x / 2147483648 }' 'BEGIN { x = 7; for (k = 0; k < K; k++) printf "corner%d_x,corner%d_y,", k, k; print "Image"; for (r = 0; r < R; r++) { for (i = 0; i < S * S; i++) p[i] = int(40 * rnd()); for (k = 0; k < K; k++) { cx = int(2 + rnd() * (S - 4)); cy = int(2 + rnd() * (S - 4)); p[cy * S + cx] = 255; if (rnd() < 0.5) printf "%d,%d,", cx, cy; else printf ",,"; } for (i = 0; i < S * S; i++) printf "%s%d", i ? " " : "", p[i]; print "" } }' > draw.awk
$ awk -v K=4 -v R=60 -v S=16 -f draw.awk > four.csv; awk -v K=20 -v R=60 -v S=24 -f draw.awk > twenty.csv
$ lacuna data four.csv | head -n 3
| four.csv: 60 pictures of 16x16, 4 points
|
| rows with every label                                 2     3.33 %
$ lacuna train --data four.csv --out four --model kimura --epochs 2 --batch 16 --threads 1 | tail -n 2
| four holds the model of epoch 2; next:
|   lacuna eval --model four --data four.csv
$ lacuna train --data twenty.csv --out twenty --model resnet --epochs 1 --batch 16 --threads 1 | tail -n 2
| twenty holds the model of epoch 1; next:
|   lacuna eval --model twenty --data twenty.csv
$ lacuna eval --model four --data four.csv | grep -c corner
| 4
$ lacuna eval --model twenty --data twenty.csv | grep -c corner
| 20
$ lacuna report four --data four.csv --out report4; lacuna report twenty --data twenty.csv --out report20
| report4/report.html: open it in a browser
| report20/report.html: open it in a browser
$ grep -c '<h4>worst</h4>' report4/report.html; ls report20 | grep -c png
| 1
| 9
