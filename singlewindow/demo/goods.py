"""Goods that the world trades in: codes of the table `goods`, with what a declaration says of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Good:
    """A good; `unit` is a code of the table `units`, `price` in US dollars for one unit, `kilos` the weight of one."""

    code: str
    name: str
    model: str
    unit: str
    origin: str
    price: str
    kilos: str = "1"
    licence: str = ""  # 监管证件代码 of the licence that it needs


GOODS = (
    Good("0202300090", "冻藏的去骨牛肉", "0|3|冻|去骨|牛腱|10千克/箱|||", "035", "BRA", "5.2000", licence="7"),
    Good("0303131000", "冻大西洋鲑鱼", "0|3|冻|去内脏|Salmo salar|3-4千克|20千克/箱|||", "035", "NOR", "8.1000"),
    Good("0402210000", "全脂奶粉", "0|3|未加糖|脂肪26%|25千克/袋|||", "035", "NZL", "3.6000", licence="7"),
    Good("0804400000", "鲜鳄梨", "0|3|鲜|4千克/箱|||", "035", "PER", "2.4000"),
    Good("0805100000", "鲜橙", "0|3|鲜|15千克/箱|||", "035", "ZAF", "0.9500"),
    Good("0806100000", "鲜葡萄", "0|3|鲜|8.2千克/箱|||", "035", "CHL", "2.1000"),
    Good("0901110000", "未焙炒的咖啡", "0|3|未浸除咖啡碱|60千克/袋|||", "035", "ETH", "4.3000"),
    Good("1201901100", "非转基因黄大豆", "0|3|非种用|散装|||", "035", "BRA", "0.5200", licence="7"),
    Good("1507900000", "精制豆油", "0|3|精制|散装|||", "035", "ARG", "1.0500", licence="7"),
    Good("1905310000", "甜饼干", "0|3|小麦粉、糖|200克/盒|||", "035", "IDN", "3.1000"),
    Good("2103100000", "酱油", "0|3|大豆、小麦|1.8升/瓶|||", "035", "JPN", "2.2000"),
    Good("2203000000", "麦芽酿造的啤酒", "0|3|麦芽、啤酒花|330毫升×24|||", "095", "DEU", "1.4000"),
    Good("2204210000", "小包装鲜葡萄酿造的酒", "0|3|750毫升/瓶|||", "095", "FRA", "6.8000"),
    Good("2523290000", "硅酸盐水泥", "0|3|散装|||", "035", "VNM", "0.0600"),
)  # fmt: skip
"""Origin is where imports come from; exports come from China."""
