"""免于到场协助查验申请 of one declaration, with a signed file, until customs answer; exit code 0: granted.

    SINGLEWINDOW_TOKEN=swt_… SINGLEWINDOW_CARD_PIN=… python examples/inspection.py 530120261000000001

The number is in "Numbers to try" that `make run` prints (applicable).
"""

import sys
from argparse import Namespace
from typing import Any

from window import Window, run

TYPE = "inspection.declaration"
DRAFT, GRANTED, REFUSED, NOT_SENT, NOT_RECEIVED = "0", "4", "5", "E1", "E2"
DECLARATION_OF_ABSENCE = "00000002"  # 查验时不到场的声明: scan yours; this is a blank page
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
PDF += b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>>>endobj\nxref\n0 4\n0000000000 65535 f \n"
PDF += b"%010d 00000 n \n" * 3 % (9, 52, 101) + b"trailer<</Size 4/Root 1 0 R>>\nstartxref\n178\n%%EOF\n"


def apply(window: Window, given: Namespace) -> None:
    content = {"declaration_no": given.declaration, "contact_name": "王芳", "contact_phone": "13800138000"}
    if given.check:
        ask_first(window, content)
        return
    view = window.save(TYPE, content, f"absence-{given.declaration}")
    print(f"暂存成功 Saved: {view['number']}")
    if view["status"]["code"] == DRAFT:
        if not view["attachments"]:
            view = window.attach(view, DECLARATION_OF_ABSENCE, "声明.pdf", PDF)
            print("上传成功 Uploaded: 声明.pdf")
        [view] = window.act("apply", view)
        print("申请成功 Applied")
    window.wait([view], GRANTED, REFUSED, NOT_SENT, NOT_RECEIVED)
    view = window.call("GET", f"/api/documents/{TYPE}/{view['number']}")
    print(f"{view['status']['name']} Granted: {view['header']['customs_no']}")


def ask_first(window: Window, content: dict[str, Any]) -> None:
    """What 申请 would say to it, without saving anything: the same rules."""
    asked = {"content": content, "attachments": [DECLARATION_OF_ABSENCE]}
    said = window.call("POST", f"/api/documents/{TYPE}/check", json=asked)
    for each in [*said["violations"], *said["warnings"]]:
        print(f"{each['path']}: {each['message']}（{each['advice']}，{each['clause']}）")
    if said["would_be"] == "refused":
        sys.exit("不能申请 It would be refused")
    print("可以申请 It would be accepted")


if __name__ == "__main__":
    check = {"action": "store_true", "help": "only ask what would be said to it"}
    run(apply, __doc__, declaration={"help": "报关单号, 18 digits"}, **{"--check": check})
