/** 关区 as officers read it: code and name, of the code table that portal and customs share. */
import table from "../../../singlewindow/kernel/codes/tables/customs_districts.csv?raw";

const names = new Map(table.split(/\r?\n/).filter((line) => /^\d{4},/.test(line)).map((line) => [line.slice(0, 4), line.split(",")[1]!.trim()]));

/** The code with its name; the code alone where the table does not have it. */
export const districtNamed = (code: string): string => [code, names.get(code)].filter(Boolean).join(" ");
