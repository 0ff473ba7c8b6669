"""How long a large report takes: 80 requirements with 40 screenshots of 1280x800, then signed.

Run: ``.venv/bin/python -m benchmarks.report_pdf [--requirements 80] [--pictures 40] [--runs 3]``
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import resource
import tempfile
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from PIL import Image, ImageDraw

from checklist_app.domain.snapshot import ReportSnapshot
from checklist_app.reports.identity import trust_anchors
from checklist_app.reports.local_authority import local_identity
from checklist_app.reports.pipeline import build_report
from checklist_app.reports.verify import verify_confined
from tests.reports.examples import example

TARGET_SECONDS = 15.0


def main() -> None:
    """Print one line of JSON with the figures; exit 1 when the target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requirements", type=int, default=80)
    parser.add_argument("--pictures", type=int, default=40)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    store = dict(_screenshot(number) for number in range(options.pictures))
    snapshot = _large(options.requirements, list(store))
    seconds = []
    with tempfile.TemporaryDirectory() as folder:
        signing = Path(folder) / "signing"
        identity = local_identity(signing, "Benchmark")
        for _ in range(options.runs):
            began = time.perf_counter()
            built = build_report(snapshot, store.__getitem__, identity)
            seconds.append(time.perf_counter() - began)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
        began = time.perf_counter()
        verified = verify_confined(built.pdf, trusted=trust_anchors(signing))
        verify_seconds = time.perf_counter() - began
    median = sorted(seconds)[len(seconds) // 2]
    print(
        json.dumps(
            {
                "requirements": len(snapshot.items),
                "pictures": len(store),
                "pages": built.pages,
                "megabytes": round(len(built.pdf) / 1e6, 2),
                "seconds_median": round(median, 2),
                "seconds": [round(value, 2) for value in seconds],
                "child_peak_mb": peak,
                "verify_seconds": round(verify_seconds, 2),
                "verdict": verified.verdict.value,
                "target_seconds": TARGET_SECONDS,
            }
        )
    )
    raise SystemExit(0 if median <= TARGET_SECONDS and verified.is_valid else 1)


def _screenshot(number: int) -> tuple[str, bytes]:
    """Return a 1280x800 JPEG full of text-like strokes, different for each number."""
    image = Image.new("RGB", (1280, 800), "#f7f8fa")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 1280, 60), fill="#1d3f5e")
    for row in range(34):
        left = 20
        for word in range(28):
            width = 12 + (number * 31 + row * 17 + word * 13) % 46
            draw.rectangle((left, 80 + row * 21, left + width, 90 + row * 21), fill="#3c4a58")
            left += width + 8
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=85)
    data = buffer.getvalue()
    return hashlib.sha256(data).hexdigest(), data


def _large(requirements: int, pictures: list[str]) -> ReportSnapshot:
    """Blow the example up: every second requirement gets a screenshot, every gap its findings."""
    small = example(items_per_section=-(-requirements // 5))
    first = small.evidence[0]
    evidence = tuple(
        replace(
            first,
            id=number + 1,
            title=f"Screenshot {number + 1}",
            sha256=hashlib.sha256(str(number).encode()).hexdigest(),
            preview=picture,
            items=(),
            collected_at=first.collected_at + timedelta(hours=number),
        )
        for number, picture in enumerate(pictures)
    )
    serial = 0
    sections = []
    for section in small.sections:
        items = []
        for item in section.items:
            picture = serial // 2 % len(evidence) if evidence else 0
            proofs = (evidence[picture].id,) if serial % 2 == 0 and evidence else ()
            items.append(replace(item, evidence=proofs))
            serial += 1
        sections.append(replace(section, items=tuple(items)))
    return replace(small, sections=tuple(sections), evidence=evidence)


if __name__ == "__main__":
    main()
