import type { Figures } from "@/kernel/api/types";

/** What is drawn: a group of bars for each `name`, and in it one piece for each of the `series`. */
export interface Bars {
  names: string[];
  /** Whether the pieces must be told apart, also where there is but one. */
  divided: boolean;
  series: { name: string; counts: number[] }[];
}

const MOST = 60; // more bars than that nobody tells apart
const MOST_SERIES = 8; // as many colours can be told apart; the rest is drawn as one

/** The figures as bars: by the first dimension, divided by the second where there are two. */
export function barsOf(figures: Figures, word = "票数"): Bars {
  const first = firstSeen(figures.lines.map((line) => line.names[0]!)).slice(0, MOST);
  if (figures.by.length < 2) return { names: first, divided: false, series: [{ name: word, counts: figures.lines.slice(0, MOST).map((line) => line.count) }] };
  const second = firstSeen(figures.lines.map((line) => line.names[1]!));
  const own = second.length > MOST_SERIES ? second.slice(0, MOST_SERIES - 1) : second;
  const counts = (of: (name: string) => boolean): number[] =>
    first.map((name) => sum(figures.lines.filter((line) => line.names[0] === name && of(line.names[1]!)).map((line) => line.count)));
  const series = own.map((name) => ({ name, counts: counts((one) => one === name) }));
  if (own.length < second.length) series.push({ name: "其他", counts: counts((one) => !own.includes(one)) });
  return { names: first, divided: true, series };
}

const firstSeen = (names: string[]): string[] => [...new Set(names)];
const sum = (numbers: number[]): number => numbers.reduce((all, one) => all + one, 0);
