from .passage import CodingPassage as CodingPassage
from .passage import code_passage as code_passage
from .passage import coding_widget as coding_widget
from .serving import StudyServer as StudyServer
from .serving import start_server as start_server
