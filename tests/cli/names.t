Names of points that a CSV has to quote are the same in every table that is written.
$ lacuna synth --rows 40 --test-rows 2 --size 32 --seed 3 --out faces
| faces: training.csv with 40 rows, test.csv with 2, IdLookupTable.csv
$ sed '1s/nose_tip_\([xy]\)/"the ""tip""; of it_\1"/g' faces/training.csv >odd.csv
$ printf 'a conv 5x5 /2 8 norm relu\nb dense 2*points output\n' >small.net
$ lacuna train --data odd.csv --out run --model small.net --epochs 1 --threads 1 >log 2>&1
$ lacuna data odd.csv | grep tip
| 11 the "tip"; of it                                40   100.00 %    15.7    21.2
$ lacuna predict --model run --data odd.csv | head -n 1 | grep -o '"[^,]*'
| "the ""tip""; of it_x"
| "the ""tip""; of it_y"
$ lacuna eval --model run --data odd.csv --resamples 1 --rows rows.csv >log
$ head -n 1 rows.csv | grep -o '"[^,]*'
| "the ""tip""; of it_x"
| "the ""tip""; of it_y"
| "the ""tip""; of it_x_predicted"
| "the ""tip""; of it_y_predicted"
| "the ""tip""; of it_error"
Such a table can be read again: here the predicted points are taken for labels.
$ lacuna predict --model run --data odd.csv >points.csv
$ sed 's/.*,//' odd.csv | paste -d , points.csv - >again.csv
$ lacuna data again.csv --outside keep 2>/dev/null | grep tip | sed 's/   .*//'
| 11 the "tip"; of it
