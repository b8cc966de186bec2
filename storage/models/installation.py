"""What all processes of one installation share and is nobody's record."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base


class InstallationFact(Base):
    """A fact by its name: a secret that was made once, or when something was last done."""

    __tablename__ = "installation_facts"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(String(200))
    noted_at: Mapped[datetime]
