from .checking import check_exchange as check_exchange
from .paper_tables import save_table as save_table
from .transfer import ExportReport as ExportReport
from .transfer import ImportReport as ImportReport
from .transfer import export_study as export_study
from .transfer import import_study as import_study
