"""Where goods cross the border, by which means, and whom they come from or go to: codes of the code tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Place:
    """A customs district with the border port and the yard where its goods lie; codes of districts and entry ports."""

    district: str
    port: str
    entry_port: str
    yard: str


@dataclass(frozen=True)
class Partner:
    """A country to trade with: its money, companies, and a port for each mode of transport that leads there."""

    country: str
    currency: str
    companies: tuple[str, ...]
    ports: Mapping[str, str] = field(default_factory=dict)


SEA, RAIL, ROAD, AIR, MAIL, OTHER = "2", "3", "4", "5", "6", "9"
CARRIED, FIXED = "L", "G"
INSIDE = ("0", "1", "7", "8", "H", "T", "W", "X", "Y", "Z")
"""Modes of transport that stand for a movement within the country: to and from zones and warehouses."""

_SEAPORTS = (
    Place("4227", "4227", "370101", "青岛前湾集装箱码头"), Place("4258", "4258", "370101", "前湾口岸查验堆场"),
    Place("3712", "3712", "390101", "厦门海沧集装箱码头"), Place("3711", "3711", "399501", "东渡港区五号泊位"),
    Place("3501", "3501", "350402", "马尾青州码头堆场"), Place("5169", "5169", "443404", "南沙港一期堆场"),
    Place("5202", "5202", "442102", "黄埔新港码头三区"), Place("6411", "6411", "460002", "秀英港区集装箱堆场"),
    Place("7206", "7206", "450301", "防城港二十号泊位"), Place("7212", "7212", "450702", "钦州保税港区堆场"),
)  # fmt: skip
_AIRPORTS = (
    Place("0101", "0101", "110101", "首都机场货运北区"), Place("5141", "5141", "442301", "白云机场国际货站"),
    Place("4220", "4220", "372301", "青岛机场国际货站"), Place("3710", "3710", "399101", "高崎机场一号货站"),
    Place("4908", "4908", "430003", "黄花机场国际货站"),
)  # fmt: skip
_ROADS = (
    Place("7220", "7220", "450401", "友谊关口岸货场"), Place("0603", "0603", "150104", "十八里公路口岸货场"),
    Place("5204", "5301", "470201", "寮步车检场"), Place("5216", "5301", "470201", "沙田车检场"),
)  # fmt: skip
_RAILWAYS = (
    Place("7208", "7208", "450405", "凭祥站货场"), Place("0600", "0600", "150102", "满洲里车站货场"),
)  # fmt: skip
_ZONES = (
    Place("4218", "4218", "370101", "青岛前湾保税区仓库"),
    Place("3712", "3712", "390101", "海沧保税港区仓库"),
)

PLACES = {
    SEA: _SEAPORTS, RAIL: _RAILWAYS, ROAD: _ROADS, AIR: _AIRPORTS, MAIL: (_AIRPORTS[0],), OTHER: _ROADS[:2],
    CARRIED: (_AIRPORTS[0], _AIRPORTS[1]), FIXED: (_SEAPORTS[0],),
}  # fmt: skip
"""By mode of transport; a movement within the country has `ZONES`."""
ZONES = _ZONES
NOT_ADMITTED = Place("5301", "5301", "470201", "皇岗口岸查验场")

PARTNERS = (
    Partner("JPN", "JPY", ("YAMATO SHOJI CO., LTD.", "KITANO PRECISION K.K."), {SEA: "JPN501", AIR: "JPN384"}),
    Partner("KOR", "USD", ("HANBIT TRADING CO., LTD.", "DAEHAN MATERIALS INC."), {SEA: "KOR003", AIR: "KOR018"}),
    Partner("USA", "USD", ("PACIFIC HARBOR IMPORTS LLC", "LAKESHORE INDUSTRIAL SUPPLY INC."),
            {SEA: "USA264", AIR: "USA117"}),
    Partner("DEU", "EUR", ("RHEINTAL MASCHINENBAU GMBH", "NORDHAFEN HANDELS GMBH & CO. KG"),
            {SEA: "DEU063", AIR: "DEU057", RAIL: "DEU039"}),
    Partner("NLD", "EUR", ("WATERKANT LOGISTICS B.V.",), {SEA: "NLD066", AIR: "NLD006"}),
    Partner("ITA", "EUR", ("FRATELLI BASSANI S.R.L.",), {SEA: "ITA075"}),
    Partner("GBR", "GBP", ("THAMESIDE GENERAL MERCHANTS LTD",), {SEA: "GBR639", AIR: "GBR375"}),
    Partner("AUS", "AUD", ("SOUTHERN CROSS FOODS PTY LTD",), {SEA: "AUS147", AIR: "AUS225"}),
    Partner("NZL", "NZD", ("AOTEAROA DAIRY EXPORTS LIMITED",), {SEA: "NZL003"}),
    Partner("CHL", "USD", ("VALLE CENTRAL EXPORTADORA S.A.",), {SEA: "CHL102"}),
    Partner("BRA", "USD", ("COSTA VERDE COMERCIO EXTERIOR LTDA",), {SEA: "BRA099"}),
    Partner("THA", "USD", ("SIAM RUBBER AND RESIN CO., LTD.",), {SEA: "THA005", AIR: "THA003"}),
    Partner("MYS", "USD", ("PENANG COMPONENTS SDN. BHD.",), {SEA: "MYS105", AIR: "MYS099"}),
    Partner("VNM", "USD", ("HONG HA IMPORT EXPORT JSC", "LANG SON LOGISTICS CO., LTD."),
            {SEA: "VNM009", ROAD: "VNM904", RAIL: "VNM904", OTHER: "VNM904", FIXED: "VNM009"}),
    Partner("RUS", "CNY", ("SIBTORG OOO", "BAIKAL LES OOO"), {SEA: "RUS111", ROAD: "RUS000", RAIL: "RUS901"}),
    Partner("HKG", "HKD", ("VICTORIA PEAK TRADING LIMITED",),
            {SEA: "HKG003", ROAD: "HKG003", AIR: "HKG003", MAIL: "HKG003", CARRIED: "HKG003"}),
)  # fmt: skip
"""Invented companies in countries that exist."""
AT_HOME = Partner("CHN", "CNY", ("NO",))
"""Who stands in for the partner when goods do not leave the country."""
