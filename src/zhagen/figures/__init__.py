"""Figures as values: each function returns a `Picture`, none draws as a side effect.

>>> import pandas as pd
>>> picture = draw_frequencies(pd.DataFrame({"term": ["平台", "数据"], "count": [5, 3]}))
>>> picture.alt
'条形图：2 个词按出现次数从多到少排列。平台 5 次、数据 3 次。'
"""

from zhagen.figures.bars import draw_frequencies
from zhagen.figures.cloud import draw_cloud
from zhagen.figures.curve import draw_curve
from zhagen.figures.dendrogram import draw_dendrogram
from zhagen.figures.heatmap import draw_heatmap
from zhagen.figures.matrix import draw_matrix
from zhagen.figures.mechanism import draw_mechanism
from zhagen.figures.network import draw_network
from zhagen.figures.picture import Picture, from_graphviz, from_matplotlib
from zhagen.figures.plane import draw_plane
from zhagen.figures.structure import draw_structure
from zhagen.figures.theme import style

__all__ = [
    "Picture",
    "draw_cloud",
    "draw_curve",
    "draw_dendrogram",
    "draw_frequencies",
    "draw_heatmap",
    "draw_matrix",
    "draw_mechanism",
    "draw_network",
    "draw_plane",
    "draw_structure",
    "from_graphviz",
    "from_matplotlib",
    "style",
]
