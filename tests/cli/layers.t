$ lacuna layers
| layer            what                            output   parameters      MFLOP
| input                                           96x96x1            0        0.0
| conv1            conv 11x11 32 norm relu       48x48x32         3936       71.4
|                  pool < input
| block1.conv1     conv 3x3 32 norm relu         48x48x32         9280       42.5
|                  < conv1
| block1.shortcut  conv 1x1 /2 32 norm           24x24x32         1088        1.2
|                  < conv1
| block1.conv2     conv 3x3 /2 32 norm relu      24x24x32         9280       10.6
|                  < block1.conv1 +
|                  block1.shortcut
| block2.conv1     conv 3x3 64 norm relu         24x24x64        18560       21.2
|                  < block1.conv2
| block2.shortcut  conv 1x1 /2 64 norm           12x12x64         2176        0.6
|                  < block1.conv2
| block2.conv2     conv 3x3 /2 64 norm relu      12x12x64        36992       10.6
|                  < block2.conv1 +
|                  block2.shortcut
| dense1           dense 1000 relu dropout           1000      9217000       18.4
|                  < block2.conv2
| dense2           dense 2*points output               30        30030        0.1
|                  < dense1
| total                                                        9328342      176.6
$ lacuna layers --model=cnn
| layer         what                               output   parameters      MFLOP
| input                                           96x96x1            0        0.0
| conv1         conv 11x11 32 norm relu pool     48x48x32         3936       71.4
|               < input
| block1.conv1  conv 3x3 32 norm relu            48x48x32         9280       42.5
|               < conv1
| block1.conv2  conv 3x3 /2 32 norm relu         24x24x32         9280       10.6
|               < block1.conv1
| block2.conv1  conv 3x3 64 norm relu            24x24x64        18560       21.2
|               < block1.conv2
| block2.conv2  conv 3x3 /2 64 norm relu         12x12x64        36992       10.6
|               < block2.conv1
| dense1        dense 1000 relu dropout              1000      9217000       18.4
|               < block2.conv2
| dense2        dense 2*points output                  30        30030        0.1
|               < dense1
| total                                                        9325078      174.8
$ lacuna layers --model kimura --size 32 --points 5
| layer   what                                 output   parameters      MFLOP
| input                                       32x32x1            0        0.0
| conv1   conv 5x5 16 relu pool < input      16x16x16          416        0.8
| conv2   conv 3x3 32 relu pool < conv1        8x8x32         4640        2.4
| conv3   conv 3x3 64 relu pool < conv2        4x4x64        18496        2.4
| dense1  dense 400 relu dropout < conv3          400       410000        0.8
| dense2  dense 2*points output < dense1           10         4010        0.0
| total                                                     437562        6.4
$ lacuna layers --model kimura --size 2
! lacuna: kimura:3: conv2: a 2x2 pool of 1x1 pixels, pictures must be larger
= 1

A network that is not there.
$ lacuna layers --model vgg
! lacuna: model "vgg" is not known: must be one of best, cnn, fast, first, kimura, resnet, or a file such as my.net
= 1
$ lacuna synth --rows 20 --size 16 --out few > /dev/null; lacuna train --data few --out run --preset paper --model vgg; lacuna search --data few --out run --model vgg > /dev/null; ls -d run
! lacuna: model "vgg" is not known: must be one of best, cnn, fast, first, kimura, resnet, or a file such as my.net
! lacuna: model "vgg" is not known: must be one of best, cnn, fast, first, kimura, resnet, or a file such as my.net
! ls: cannot access 'run': No such file or directory
= 2
