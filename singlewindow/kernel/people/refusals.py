"""Why a log-in, or an account without a card, is refused: the words for the person, each with what to do about it."""

from __future__ import annotations

from singlewindow.contract.certificates import CertificateRefused, Reason
from singlewindow.kernel.people.person import Person
from singlewindow.kernel.problems import Forbidden, Refused, Violation

CLAUSE = "手册 3.2 进入或退出系统"
TOKENS = "接口令牌规则"
GRANT_ADVICE = "请由企业管理员在【企业管理】的【接口令牌】页另建令牌"
UNBOUND = (
    "当前账号未绑定卡介质，不能暂存、申请或查询；请在右上角账号菜单的【账户】页绑定电子口岸 IC卡/Ikey，"
    "或请企业管理员为该账号绑定"
)
"""What an account without a card may not do; stands at grey buttons too."""

_CERTIFICATE_ADVICE = {
    Reason.UNREADABLE: "请插入电子口岸 IC卡或 Ikey 后重试",
    Reason.CHAIN: "请使用本系统认可的电子口岸 IC卡或 Ikey",
    Reason.NOT_YET_VALID: "请待证书生效后再登录",
    Reason.EXPIRED: "请办理证书更新；更新前可用用户名、密码登录",
    Reason.REVOKED: "请联系发卡机构换卡；换卡前可用用户名、密码登录",
    Reason.REVOCATION_UNKNOWN: "请稍后重试，或用用户名、密码登录",
}


def wrong_captcha() -> Refused:
    """Wrong, used, expired or unknown: one answer for all."""
    return _refused("captcha", "login.captcha", "验证码不正确或已失效", "请换一张验证码后重新输入")


def wrong_password() -> Refused:
    """Wrong password, unknown user name or closed account: one answer for all."""
    return _refused("password", "login.password", "用户名或密码不正确", "请核对后重新输入")


def wrong_challenge() -> Refused:
    """The challenge was used, has expired, or was never given."""
    message = "本次卡介质验证请求不存在、已使用或已超过三分钟"
    return _refused("challenge", "login.card.challenge", message, "请重新操作并输入卡介质密码")


def wrong_signature() -> Refused:
    """The card did not sign this challenge."""
    message = "卡介质的签名与本次验证请求不符"
    return _refused("signature", "login.card.signature", message, "请确认读卡器中的卡没有更换，然后重试")


def bad_certificate(refused: CertificateRefused) -> Refused:
    """Foreign, expired, revoked …: the certificate's own reason."""
    advice = _CERTIFICATE_ADVICE[refused.reason_code]
    return _refused("certificate", f"login.card.{refused.reason_code}", refused.message, advice)


def wrong_card(title: str, kind: str | None, person: Person) -> str:
    """Why this session may not enter the application `title`, which wants a card of `kind`; '' where it may."""
    if kind is None or (person.level != "password" and person.card_kind == kind):
        return ""
    if person.grant:
        return f"【{title}】只能用绑定{kind}的账号的接口令牌，{token_advice(kind)}"
    return f"【{title}】只能用{kind}登录后进入，{card_kind_advice(kind)}"


def not_granted(name: str, title: str, person: Person) -> str:
    """Why the token that asks may not enter the application of this name; '' where it may, or nobody's token asks."""
    if person.grant is None or person.grant.has_chapter(name):
        return ""
    return f"接口令牌【{person.grant.name}】不含【{title}】；{GRANT_ADVICE}"


def token_advice(kind: str) -> str:
    """What to do about a token of an account with the wrong card."""
    return f"请由企业管理员为绑定{kind}的账号新建接口令牌"


def card_kind_advice(kind: str | None) -> str:
    """What to do about the wrong card."""
    return f"请退出后选择【卡介质】，用本企业的{kind}登录"


def unbound_account() -> Forbidden:
    """The account has no card, and what was asked needs one (PORT-04)."""
    advice = "请插入本企业的卡，在【账户】页点击【绑定卡】；或请企业管理员在【企业管理】页绑定"
    return Forbidden(UNBOUND, [Violation("", "login.unbound", UNBOUND, advice, "手册 2.3.1 关于登录方式")])


def unbound_card(card_no: str) -> Refused:
    """No account has this card, whether we know the card or not."""
    message = f"卡号 {card_no} 未绑定任何用户账号"
    return _refused(
        "certificate",
        "login.card.unbound",
        message,
        "请用用户名、密码登录后在【账户】页绑定该卡，或请企业管理员绑定；企业尚未注册的，请先【注册】",
    )


def closed_account(card_no: str) -> Refused:
    """The card is bound, but its account is out of use."""
    message = f"卡号 {card_no} 所绑定的账号已停用"
    return _refused("certificate", "login.card.closed", message, "请联系本企业管理员")


def other_company(customs_code: str) -> Refused:
    """The certificate names another company than the card is registered with."""
    message = f"卡介质证书中的海关编码 {customs_code} 与所绑定账号的企业不一致"
    return _refused(
        "certificate", "login.card.company", message, "请使用本企业的卡介质，或联系发卡机构更正证书"
    )


def _refused(path: str, rule: str, message: str, advice: str) -> Refused:
    return Refused.because([Violation(path, rule, message, advice, CLAUSE)])
