"""Handing a mail to the SMTP server: encrypted as set, with its certificate verified, or not."""

from __future__ import annotations

import logging
import smtplib
import ssl
from email.message import EmailMessage

from checklist_app.config import Config
from checklist_app.domain.errors import JobFailed, TryLater
from checklist_app.domain.text import text

SECONDS_TO_ANSWER = 20
PERMANENT = 500

_log = logging.getLogger(__name__)


def deliver(config: Config, message: EmailMessage) -> None:
    """Hand a mail over.

    Raises:
        JobFailed: the server will never take this mail.
        TryLater: the server cannot be reached, or not as the settings demand, or asks to wait.
    """
    try:
        with _connection(config) as server:
            if config.smtp_user:
                server.login(config.smtp_user, config.smtp_password)
            server.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        raise _fault(min(codes, default=0), error) from error
    except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
        raise _fault(error.smtp_code, error) from error
    except smtplib.SMTPAuthenticationError as error:
        raise _later(error) from error  # the operator's to mend, not this mail's fault
    except (smtplib.SMTPException, OSError) as error:
        raise _later(error) from error


def _connection(config: Config) -> smtplib.SMTP:
    place = (config.smtp_host, config.smtp_port)
    if config.smtp_tls == "tls":
        return smtplib.SMTP_SSL(*place, timeout=SECONDS_TO_ANSWER, context=_trust(config))
    server = smtplib.SMTP(*place, timeout=SECONDS_TO_ANSWER)
    if config.smtp_tls == "starttls":
        try:
            server.starttls(context=_trust(config))  # refuses a server that does not offer it
        except BaseException:
            server.close()
            raise
    return server


def _trust(config: Config) -> ssl.SSLContext:
    authorities = str(config.smtp_ca_file) if config.smtp_ca_file else None
    context = ssl.create_default_context(cafile=authorities)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _fault(code: int, error: Exception) -> JobFailed | TryLater:
    if code < PERMANENT:
        return _later(error)
    _log.warning("mail refused", extra={"code": code})
    return JobFailed(text("The mail server refused this mail for good (%(code)s).", code=code))


def _later(error: Exception) -> TryLater:
    # The type says what is wrong; the server's own words may repeat addresses.
    _log.warning("mail not sent", extra={"reason": type(error).__name__})
    return TryLater(
        text(
            "The mail server did not take the mail (%(reason)s). It is tried again by itself.",
            reason=type(error).__name__,
        )
    )
