import type { MenuItem } from "@/kernel/api/types";

/** Lines of the left menu that stand together, and the heading above them ("": none). */
export interface MenuPart {
  under: string;
  lines: MenuItem[];
}

/** The menu in its parts: what follows one another with the same heading is one. */
export function linesUnder(menu: MenuItem[]): MenuPart[] {
  const parts: MenuPart[] = [];
  for (const item of menu) {
    const last = parts.at(-1);
    if (last && last.under === item.under) last.lines.push(item);
    else parts.push({ under: item.under, lines: [item] });
  }
  return parts;
}
