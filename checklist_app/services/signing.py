"""Who seals reports here, by the settings."""

from __future__ import annotations

from checklist_app.config import Config
from checklist_app.reports.identity import SigningIdentity, pkcs12_identity
from checklist_app.reports.local_authority import local_identity


def signing_identity(config: Config) -> SigningIdentity:
    """Return the operator's certificate, or the local one, which is made at first use.

    Raises:
        BrokenIdentity: the files cannot be used; the message says why and what to do.
    """
    if config.signing_pkcs12 is not None:
        return pkcs12_identity(
            config.signing_pkcs12, config.signing_pkcs12_password, folder=config.signing_dir
        )
    return local_identity(config.signing_dir, config.organisation)
