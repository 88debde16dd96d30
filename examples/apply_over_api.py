"""免于到场协助查验申请 over the API, with the card in the reader; exit code 0: granted, 1: the last line says why."""

import argparse
import json
import sys
import time
from hashlib import sha256

import httpx
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

CARD, DOCUMENTS = "/api/session/card", "/api/documents/inspection.declaration"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
PDF += b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>>>endobj\nxref\n0 4\n0000000000 65535 f \n"
PDF += b"%010d 00000 n \n" * 3 % (9, 52, 101) + b"trailer<</Size 4/Root 1 0 R>>\nstartxref\n178\n%%EOF\n"
FILE = {"category": "00000002", "name": "声明.pdf", "size": len(PDF), "sha256": sha256(PDF).hexdigest()}


class Applicant:
    def __init__(self, portal: httpx.Client, card: ClientConnection, pin: str) -> None:
        self.portal, self.card, self.pin = portal, card, pin

    def call(self, path: str, method: str = "POST", **request) -> dict:  # refusals all have this shape
        answer = self.portal.request(method, path, **request)
        return answer.json() if answer.is_success else sys.exit(f"未办成 Refused: {answer.json()['detail']}")

    def ask(self, operation: str, **args: str) -> str:  # in between come a greeting, and news of pulled cards
        self.card.send(json.dumps({"_method": f"cus-sec_{operation}", "_id": operation, "args": args}))
        said = next(each["_args"] for each in map(json.loads, self.card) if each.get("_id") == operation)
        return said["Data"][0] if said["Result"] else sys.exit(f"卡 Card: {said['Error'][0]}")

    def sign(self, name: str, asked: dict) -> dict:  # the PIN goes to the card service and nowhere else
        signature = self.ask("SpcSignDataAsPEM", inData=asked["signing_input"], passwd=self.pin)
        return {name: asked[name], "signature": signature, "certificate": self.ask("SpcGetSignCert")}

    def log_in(self) -> None:  # the card proves itself by signing a challenge
        session = self.call(CARD, json=self.sign("challenge", self.call(f"{CARD}/challenge")))
        self.portal.headers["X-CSRF-Token"] = session["csrf"]  # what changes anything must carry it
        print(f"已登录 Logged in: {session['account']['display_name']}，{session['company']['name']}")

    def save(self, declaration: str) -> str:  # sent again with the same key, it gives the same draft
        content = {"declaration_no": declaration, "contact_name": "王芳", "contact_phone": "13800138000"}
        draft = self.call(DOCUMENTS, json={"content": content}, headers={"Idempotency-Key": declaration})
        print(f"暂存成功 Saved: {draft['number']}")
        return f"{DOCUMENTS}/{draft['number']}"

    def upload(self, draft: str) -> dict:  # 00000002 查验时不到场的声明: scan yours; this is a blank page
        asked = self.call(f"{draft}/attachments/prepare", json=FILE | {"card_no": self.ask("SpcGetCardID")})
        print(f"上传 Uploading: {FILE['name']}")
        return self.call(f"{draft}/attachments", data=self.sign("token", asked), files={"file": PDF})

    def apply(self, draft: str, view: dict) -> None:  # the portal checks all rules; what was seen is signed
        wanted = {"action": "apply", "card_no": self.ask("SpcGetCardID")}
        asked = self.call(f"{draft}/prepare", json=wanted, headers={"If-Match": str(view["version"])})
        self.call(f"{draft}/submit", json=self.sign("token", asked))
        print("申请成功 Applied")

    def wait(self, draft: str) -> None:  # 1 已申请, 2 发往海关成功, 3 海关接收成功 are on the way
        while (view := self.call(draft, "GET"))["status"]["code"] in ("1", "2", "3"):
            time.sleep(0.5)
        print(f"海关答复 Customs: {view['status']['name']} {view['header']['customs_no']}")
        sys.exit(view["status"]["name"] != "同意")


options = argparse.ArgumentParser(description=__doc__)
options.add_argument("declaration", help="报关单号, 18 digits")
options.add_argument("--portal", default="http://127.0.0.1:8000")
options.add_argument("--card", default="ws://127.0.0.1:61232")
options.add_argument("--pin", required=True)
given = options.parse_args()
try:
    with httpx.Client(base_url=given.portal) as portal, connect(given.card, origin=given.portal) as card:
        applicant = Applicant(portal, card, given.pin)
        applicant.log_in()
        draft = applicant.save(given.declaration)
        applicant.apply(draft, applicant.upload(draft))
        applicant.wait(draft)
except (OSError, httpx.TransportError, WebSocketException) as problem:
    sys.exit(f"无法连接 Cannot connect: {problem}")
