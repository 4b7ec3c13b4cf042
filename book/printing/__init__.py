"""The finished pages of the book on paper (PDF), in a reading program (EPUB) and as one file for classes (zip).

`pages` takes the articles out of the built HTML and puts what is folded there at the end, `paper` and `epub` write
them, `offers` packs the site and links all of them.
"""
