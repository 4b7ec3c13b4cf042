"""Figures as values: each function returns a `Picture`, none draws as a side effect.

>>> from zhagen.figures import draw_frequencies
>>> import pandas as pd
>>> picture = draw_frequencies(pd.DataFrame({"term": ["平台", "数据"], "count": [5, 3]}))
>>> picture.alt
'条形图：2 个词按出现次数从多到少排列。平台 5 次、数据 3 次。'
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
