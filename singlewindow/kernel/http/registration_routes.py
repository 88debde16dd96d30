"""Registering a company and its first account, without a session (PORT-09)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import AfterValidator, Base64Bytes, BaseModel, Field

from singlewindow.kernel.http.people_routes import Address, Base, ChallengeAnswer, Token, own_page
from singlewindow.kernel.http.problems import ViolationBody, documented
from singlewindow.kernel.http.text import RequestBody, Text
from singlewindow.kernel.http.token_rights import for_tokens
from singlewindow.kernel.people import registration, values
from singlewindow.kernel.people.registration import Applicant
from singlewindow.kernel.problems import Forbidden, Refused, TooMany
from singlewindow.kernel.settings import settings

router = APIRouter(
    prefix="/api/registration",
    tags=["registration"],
    responses=documented(Forbidden, Refused, TooMany),
    dependencies=[own_page],
)

Code = Annotated[Text, AfterValidator(lambda code: code.strip().upper()), Field(max_length=40)]
Certificate = Annotated[Base64Bytes, Field(max_length=8000, description="DER, Base64")]


class CertificateBody(RequestBody):
    """The certificate of the card in the reader."""

    certificate: Certificate


class CompanyOfCard(BaseModel):
    """What the card's certificate says of its company, and what looks odd in it."""

    customs_code: str
    scc: str
    name: str
    card_no: str
    card_kind: str
    holder: str
    warnings: list[ViolationBody]


class CompanyBody(CertificateBody):
    """The company and its first account. Codes may be typed in lower case."""

    customs_code: Code
    scc: Code
    ciq_code: Code = ""
    name: Annotated[Text, Field(max_length=100)]
    username: Annotated[Text, Field(max_length=64)]
    display_name: Annotated[Text, Field(max_length=100)]
    password: Annotated[Text, Field(max_length=256)]

    def applicant(self, address: str) -> Applicant:
        """The form as the rules read it."""
        return Applicant(
            customs_code=self.customs_code,
            scc=self.scc,
            ciq_code=self.ciq_code,
            name=self.name,
            username=self.username,
            display_name=self.display_name,
            password=self.password,
            certificate=self.certificate,
            address=address,
        )


class PrepareRegistrationBody(CompanyBody):
    """The same with the captcha."""

    captcha_id: Token
    captcha: Annotated[str, Field(max_length=16)]


class RegistrationBody(CompanyBody):
    """The same with the card's signature."""

    challenge: Token
    signature: Annotated[Base64Bytes, Field(max_length=400, description="Raw r‖s, Base64")]


class Registered(BaseModel):
    """The first account, the company's administrator, bound to the card; it may log in now."""

    username: str


@router.post("/card", summary="What the card says of its company")
@for_tokens("public")
async def company_of_card(body: CertificateBody, database: Base, address: Address) -> CompanyOfCard:
    """Public. Refused where the card cannot be relied on, or its company is registered already."""
    found = await registration.company_of_card(database, body.certificate, address, settings().pki_folder)
    return CompanyOfCard(
        customs_code=found.customs_code,
        scc=found.scc,
        name=found.company_name,
        card_no=found.card_no,
        card_kind=found.kind,
        holder=found.holder,
        warnings=[ViolationBody(**each.as_json()) for each in values.warnings_of(found.scc)],
    )


@router.post("/prepare", summary="First step of a registration: what the card is to sign")
@for_tokens("public")
async def prepare(body: PrepareRegistrationBody, database: Base, address: Address) -> ChallengeAnswer:
    """Public. Checks the whole form and names everything that is wrong; the captcha is used up whatever happens."""
    made = await registration.prepare(
        database, body.applicant(address), body.captcha_id, body.captcha, settings().pki_folder
    )
    return ChallengeAnswer(challenge=made.id, signing_input=made.signing_input)


@router.post("", status_code=201, summary="Second step of a registration: the card's signature")
@for_tokens("public")
async def register(body: RegistrationBody, database: Base, address: Address) -> Registered:
    """Public. Company, account and bound card are made, all or nothing."""
    applicant = body.applicant(address)
    await registration.register(database, applicant, body.challenge, body.signature, settings().pki_folder)
    return Registered(username=applicant.username)
