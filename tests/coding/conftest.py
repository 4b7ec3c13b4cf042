"""The small study of the tests of studies, which is coded here."""

from study.conftest import folder, study  # noqa: F401
