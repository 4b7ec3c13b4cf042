from . import book as book
from . import coding as coding
from . import corpus as corpus
from . import documents as documents
from . import exchange as exchange
from . import extraction as extraction
from . import figures as figures
from . import materials as materials
from . import statistics as statistics
from . import study as study
from . import text as text
from .corpus.cooccurrence import cooccur as cooccur
from .documents.catalog import Document as Document
from .documents.catalog import attach as attach
from .documents.catalog import list_documents as list_documents
from .documents.catalog import open_document as open_document
from .errors import ZhagenError as ZhagenError
from .extraction.checks import check as check
from .extraction.pipeline import extract as extract

open = open_document
__version__: str
