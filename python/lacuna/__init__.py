"""lacuna: facial keypoints from pictures whose labels have gaps.

    import lacuna

    model = lacuna.train("faces", "run", preset="first", callback=print)
    model = lacuna.load("run")
    xy = model.predict(images)          # [n, side, side] grey -> [n, K, 2] pixels

Computing lets other threads run. Notes of the library are warnings of the logger "lacuna".
"""

from ._lacuna import Error
from ._lacuna import version as __version__
from ._model import Model, load, read_photo
from ._table import Table, read_table
from ._train import Progress, presets, settings, train

__all__ = ["Error", "Model", "Progress", "Table", "__version__", "load", "presets", "read_photo",
           "read_table", "settings", "train"]
