"""Asking the time-stamp server that the operator names, and nobody else."""

from __future__ import annotations

import asyncio

import requests
from asn1crypto import tsp
from pyhanko.sign.timestamps.common_utils import TimestampRequestError as NoTimeStamp
from pyhanko.sign.timestamps.requests_client import RequestsHTTPTimeStamper
from urllib3.exceptions import HTTPError

__all__ = ["DirectTimeStamper", "NoTimeStamp"]

MEDIA_TYPE = "application/timestamp-reply"
LARGEST_ANSWER = 100_000
"""In bytes; a token with its certificates has less than a tenth of that."""


class DirectTimeStamper(RequestsHTTPTimeStamper):
    """Follows no redirect, and reads no more of an answer than a time stamp can have.

    pyHanko's own goes wherever the server sends it.
    """

    def __init__(self, url: str, timeout: int) -> None:
        """Ask ``url``, for at most ``timeout`` seconds at a time."""
        super().__init__(url, timeout=timeout)  # type: ignore[no-untyped-call]
        self.url: str = url

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Return what the server answers.

        Raises:
            NoTimeStamp: nothing, or no time stamp.
        """
        return await asyncio.to_thread(self._ask, req.dump())

    def _ask(self, question: bytes) -> tsp.TimeStampResp:
        try:
            with requests.post(
                self.url,
                question,
                headers=self.request_headers(),
                timeout=self.timeout,
                allow_redirects=False,
                stream=True,
            ) as answer:
                # Decoding reads on to the end, and so meets an answer that breaks off.
                said = answer.raw.read(LARGEST_ANSWER + 1, decode_content=True)
        except (OSError, HTTPError) as error:  # the latter where the answer breaks off
            raise NoTimeStamp("no answer") from error
        is_stamp = answer.headers.get("Content-Type") == MEDIA_TYPE
        if answer.status_code != requests.codes.ok or not is_stamp or len(said) > LARGEST_ANSWER:
            raise NoTimeStamp("no time stamp")
        return tsp.TimeStampResp.load(said)
