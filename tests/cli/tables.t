Tables of other habits: what is decided is shown, what is unclear is refused or warned of.
$ lacuna synth --rows 24 --size 24 --seed 3 --out faces > /dev/null; cd faces; awk -F, 'NR == 1 { for (i = 1; i < NF; i++) printf "p%d_%s,", (i - 1) / 2, i % 2 ? "x" : "y"; print $NF; next } { print }' training.csv > numbered.csv; sed -e '2,$s/,,/,0,/g' -e '2,$s/,,/,0,/g' training.csv > zero.csv; sed -e '2,$s/,,/,-1,/g' -e '2,$s/,,/,-1,/g' training.csv > marked.csv; sed -e '1s/^/who,/' -e '2,$s/^/me,/' training.csv > more.csv; awk 'NR == 1 { print "Image,ImageId"; next } NR < 4 { n = split($0, c, ","); print c[n] ",face " NR }' training.csv > ids.csv

Mirror partners.
$ lacuna data faces/training.csv | grep mirror
| point (mirror partner)                         labels             mean x, y
| mirror partners by name: 6 pairs, 3 points are their own
$ lacuna data faces/numbered.csv | grep -A 3 '^mirror'
| mirror partners by name: none found, 15 points are their own
| the mean face needs these: p0 p1, p2 p4, p3 p5, p6 p8, p7 p9, p11 p12
| 'lacuna train' takes these with --pairs data, or two names a line with --pairs FILE,
| or leaves mirror images out with --no-mirror
$ lacuna data faces/numbered.csv --pairs data | grep -A 1 '^mirror'
| mirror partners by the mean face: 6 pairs, 3 points are their own
|
$ lacuna data faces/numbered.csv --json | grep -A 6 mirror_partners
| 	"mirror_partners":	"by name",
| 	"points":	[{
| 			"name":	"p0",
| 			"mirror":	"p0",
| 			"mirror_wanted":	"p1",
| 			"labels":	24,
| 			"mean_x":	16.451962272326153,
$ lacuna train --data faces/numbered.csv --out run --preset first --epochs 1
! lacuna: p0 has no mirror partner by its name, and by the mean face p1 is one: name the partners with --pairs FILE, take those of the mean face with --pairs data, or leave mirror images out with --no-mirror
= 1
$ printf 'p0 p1\np2,p4\np3,p5\np6 p8\np7 p9\np11 p12\n' > pairs.txt; lacuna train --data faces/numbered.csv --out run --preset first --epochs 1 --pairs pairs.txt > out; sed -n 3p out
|          mirror partners by file: 6 pairs, 3 points are their own
$ rm pairs.txt; lacuna eval --model run --data faces/numbered.csv --flip | head -n 1
| first after epoch 1, hold-out rows of faces/numbered.csv
$ lacuna train --data faces/numbered.csv --out run --resume --epochs 2 > out; sed -n 3p out
|          mirror partners of the run: 6 pairs, 3 points are their own
$ printf 'p0 nose\n' > pairs.txt; lacuna data faces/numbered.csv --pairs pairs.txt
! lacuna: pairs.txt:1: no point is called nose; there are p0, p1, ...
= 1
$ lacuna train --data faces/numbered.csv --out plain --preset first --epochs 1 --no-mirror > out; grep -c 'mirror partners' out
| 0
= 1

Gaps. A run remembers how it read its table.
$ lacuna data faces/zero.csv > out
! lacuna: faces/zero.csv: 177 points lie at exactly 0, 0; if that marks missing labels, say --missing 0,0
$ lacuna data faces/zero.csv --missing 0,0 | tail -n +2 > out; lacuna data faces/training.csv | tail -n +2 | cmp - out
$ lacuna data faces/marked.csv
! lacuna: faces/marked.csv: row 9, column right_eyebrow_outer_end_...: 354 labels are not inside the picture, 0 to 24, the first is -1: --missing -1 takes the 354 that are -1 for gaps, --outside missing takes them for gaps, --outside keep learns them
= 1
$ lacuna data faces/marked.csv --missing -1 | tail -n +2 | cmp - out
$ lacuna data faces/marked.csv --outside missing | tail -n +2 | cmp - out
$ lacuna train --data faces/marked.csv --out marked --preset first --epochs 1 --missing -1 > /dev/null; lacuna eval --model marked --data faces/marked.csv | tail -n +2 > a; lacuna eval --model marked --data faces/training.csv | tail -n +2 | cmp - a
$ lacuna eval --model marked --data faces/marked.csv --missing 0
! lacuna: faces/marked.csv: row 9, column right_eyebrow_outer_end_...: 354 labels are not inside the picture, 0 to 24, the first is -1: --missing -1 takes the 354 that are -1 for gaps, --outside missing takes them for gaps, --outside keep learns them
= 1
$ lacuna train --data faces/marked.csv --out marked --resume --epochs 2 > /dev/null; lacuna report marked --data faces/marked.csv --out page; lacuna plot faces --model marked --data faces/marked.csv --out faces.svg
| page/report.html: open it in a browser
$ lacuna eval --model marked --data faces/marked.csv --outside never
! lacuna eval: --outside needs error, missing or keep, not 'never'
= 2
$ lacuna data faces/training.csv --missing none
! lacuna data: --missing needs numbers, or pairs such as 0,0, between blanks, at most 255 bytes, not 'none'
= 2

Other columns; texts as ids; a pipe.
$ lacuna data faces/more.csv | tail -n +2 | cmp - out
! lacuna: faces/more.csv: column who: no labels, left alone
$ lacuna predict --model marked --data faces/ids.csv | cut -d , -f 1
| ImageId
| face 2
| face 3
$ lacuna predict --model marked --data faces/marked.csv > a; lacuna predict --model marked --data faces/training.csv | cmp - a
$ lacuna data - < faces/training.csv | tail -n +2 | cmp - out
$ cat faces/training.csv | lacuna train --data - --out piped --preset first --epochs 1 | head -n 1
| data     -: 24 pictures of 24x24, 15 points
