"""Play a gate lane: one vehicle, one GATHER_INFO, and what customs answer (docs/lanes.md).

    LANE_KEY=lane_… python examples/lane.py --lane CNSHA224801WI01 --plate 沪A12345 --gross 33000

The lane's direction stands in its number: …WI01 leads in, …WE01 leads out.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path
from xml.etree import ElementTree

import httpx

SAMPLE = Path(__file__).with_name("gather_info.xml")
TRIES = 5
CHINA = timezone(timedelta(hours=8))


def message(lane: str, plate: str, gross: str, session: str) -> bytes:
    """The sample with this vehicle."""
    root = ElementTree.parse(SAMPLE).getroot()
    facts = {
        "I_E_FLAG": lane[12], "AREA_ID": lane[:11], "CHNL_NO": lane, "SESSION_ID": session,
        "VE_LICENSE_NO": plate, "GROSS_WT": gross, "OPERATE_TIME": f"{datetime.now(CHINA):%Y-%m-%d %H:%M:%S}",
    }  # fmt: skip
    for name, value in facts.items():
        element = root.find(name)
        assert element is not None
        element.text = value
    district = root.find("CUS_CODE")
    assert district is not None
    root.remove(district)  # the register knows it
    written: bytes = ElementTree.tostring(root, "utf-8", xml_declaration=True)
    return written


def send(address: str, key: str, body: bytes) -> httpx.Response:
    """Send until there is an answer: the same session again is the same passage."""
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/xml; charset=utf-8"}
    for attempt in range(1, TRIES + 1):
        try:
            answer = httpx.post(f"{address}/exchange/lanes", content=body, headers=headers, timeout=10)
            if answer.status_code < 500:
                return answer
        except httpx.TransportError as error:
            print(f"no answer ({error}), attempt {attempt}", file=sys.stderr)
        time.sleep(attempt)
    raise SystemExit("Customs do not answer: the barrier stays closed.")


def main() -> int:
    """Print the answer; 0 for Y, 1 for N, 2 for M."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customs", default="http://127.0.0.1:8001")
    parser.add_argument("--lane", required=True, help="CHNL_NO, 15 characters")
    parser.add_argument("--plate", required=True)
    parser.add_argument("--gross", default="", help="kg; a lane without scale sends none")
    parser.add_argument("--session", default="", help="of a passage that is sent again")
    wanted = parser.parse_args()
    session = wanted.session or f"{wanted.lane[-4:]}{datetime.now(CHINA):%Y%m%d%H%M%S%f}"
    body = message(wanted.lane, wanted.plate, wanted.gross, session)
    answer = send(wanted.customs, os.environ.get("LANE_KEY", ""), body)
    root = ElementTree.fromstring(answer.content)
    print(f"HTTP {answer.status_code}, session {session}")
    for element in root.iter():
        if element.text and element.text.strip():
            print(f"  {element.tag}: {element.text}")
    return {"Y": 0, "N": 1, "M": 2}[root.findtext("CHECK_RESULT") or "N"]


if __name__ == "__main__":
    sys.exit(main())
