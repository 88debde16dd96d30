/** The provinces' single windows: all of them lead to the log-in of this installation (PORT-01). */
export interface Region {
  /** First two digits of the province's code (GB/T 2260). */
  code: string;
  name: string;
}

const areas: [string, string][] = [
  ["华北", "11 北京 12 天津 13 河北 14 山西 15 内蒙古"],
  ["东北", "21 辽宁 22 吉林 23 黑龙江"],
  ["华东", "31 上海 32 江苏 33 浙江 34 安徽 35 福建 36 江西 37 山东"],
  ["中南", "41 河南 42 湖北 43 湖南 44 广东 45 广西 46 海南"],
  ["西南", "50 重庆 51 四川 52 贵州 53 云南 54 西藏"],
  ["西北", "61 陕西 62 甘肃 63 青海 64 宁夏 65 新疆"],
];

const regionsIn = (text: string): Region[] =>
  [...text.matchAll(/(\d\d) (\S+)/g)].map(([, code, name]) => ({ code: code!, name: name! }));

export const regionAreas = areas.map(([title, text]) => ({ title, regions: regionsIn(text) }));

/** The region that an address names, if there is one. */
export const regionOf = (code: unknown): Region | undefined =>
  regionAreas.flatMap((area) => area.regions).find((region) => region.code === code);
