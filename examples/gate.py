"""智能卡口: a vehicle's trip, declared before it comes to the gate; then changed (变更), or taken back (删单).

    python examples/gate.py 粤B12345 12500
    python examples/gate.py 粤B12345 12500 --reweighed 12750
    python examples/gate.py 粤B12345 12500 --revoke

A vehicle has one unfinished trip. What happens at the gate's lanes is customs' side: lane.py.
"""

from argparse import Namespace
from typing import Any

from window import Window, run

TYPE = "gate.trip"
DRAFT, ACCEPTED, RETURNED, NOT_SENT = "0", "10", "20", "FF"
AT_THE_GATE = (
    "41",
    "42",
    "40",
    "43",
    "50",
)  # 已锁定, 解除锁定, 已办结, 人工办结, 已口岸离场: accepted before


def trip(plate: str, kilograms: str) -> dict[str, Any]:
    load = {
        "ie_direction": "I", "bind_obj_type": "B", "bind_obj_id": "COSU6123456789", "voyage_no": "5301202600001",
        "rd_code": "1000000000", "bill_type": "1", "goods_wt": kilograms,
    }  # fmt: skip
    return {
        "customs_master": "5301", "bind_key_type": "VN", "bind_key_info": plate, "rd_code": "1000000000",
        "decl_traf_mode": "4", "ie_flag": "I", "vehicle_weight": "8500", "trailer_weight": "6200", "conta_weight": "0",
        "bodies": [load],
    }  # fmt: skip


def drive(window: Window, given: Namespace) -> None:
    number = f"{given.plate} {window.today()} {given.trip}"
    view = window.save(TYPE, trip(given.plate, given.kilograms), number)
    print(f"暂存成功 Saved: {view['number']}，车次确认编号 {view['content']['sure_id']}")
    if view["status"]["code"] == DRAFT:
        [view] = window.act("declare", view)
        print("申报成功 Declared")
    if view["status"]["code"] in AT_THE_GATE:
        print(f"{view['status']['name']} Accepted before")
    else:
        window.wait([view], ACCEPTED, RETURNED, NOT_SENT)
        print("海关审核通过 Accepted")
    if given.reweighed or given.revoke:
        amend(window, f"/api/documents/{TYPE}/{view['number']}", given.reweighed)


def amend(window: Window, path: str, reweighed: str) -> None:
    view = window.call("GET", path)  # its version is another one since customs have answered
    if reweighed:  # until customs agree, what is in force stays as it is
        view = window.amend(view, "change", trip(view["content"]["bind_key_info"], reweighed))
    window.act("change" if reweighed else "revoke", view)
    window.wait([view], "accepted", "refused", "failed", by="outcome")
    view = window.call("GET", path)
    [load] = view["content"]["bodies"]
    ended = view["marker"]
    print(f"{ended['name']} Revoked" if ended else f"已变更 Changed: {load['goods_wt']} kg")


if __name__ == "__main__":
    run(
        drive,
        __doc__,
        plate={"help": "车牌号"},
        kilograms={"help": "本次提货重量"},
        **{
            "--trip": {"default": "1", "help": "which of the day, where it is not the first"},
            "--reweighed": {"metavar": "KILOGRAMS", "help": "变更: what it carries in truth"},
            "--revoke": {"action": "store_true", "help": "删单"},
        },
    )
