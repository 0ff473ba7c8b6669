"""An error of the database ends in the log; the values of its statement do not."""

from __future__ import annotations

import pytest
from sqlalchemy import literal, select, table
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session


def test_an_error_does_not_quote_values(session: Session) -> None:
    with pytest.raises(SQLAlchemyError) as caught:
        session.execute(select(literal("a secret")).select_from(table("no_such_table")))
    assert "a secret" not in str(caught.value)
