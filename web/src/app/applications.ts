import { computed, ref } from "vue";
import { getApplications } from "@/kernel/api/session";
import { lineOf } from "@/kernel/api/problem";
import type { Application, ApplicationGroup, MenuItem, Session } from "@/kernel/api/types";
import { presetText } from "@/kernel/preset";
import { addressOfTab } from "./tabs";

export const groups = ref<ApplicationGroup[]>([]);
export const trouble = ref("");
export const loading = ref(false);

/** Loads the applications once; again after a failure. */
export async function loadApplications(): Promise<void> {
  if (groups.value.length || loading.value) return;
  loading.value = true;
  try {
    groups.value = (await getApplications()).groups;
    trouble.value = "";
  } catch (error) {
    trouble.value = lineOf(error);
  } finally {
    loading.value = false;
  }
}

const applicationsIn = (group: ApplicationGroup): Application[] =>
  [...group.applications, ...group.groups.flatMap(applicationsIn)];

export const applications = computed(() => groups.value.flatMap(applicationsIn));

export const findApplication = (name: string): Application | undefined =>
  applications.value.find((one) => one.name === name);

/** Whether a session may enter an application: some want one that began with a certain card (PORT-06). */
export const mayEnter = (application: Application, session: Session | null): boolean =>
  !application.card_kind || (session?.level === "card" && session.card_kind === application.card_kind);

/** The address of a menu item's page; a form's is that of a new document. */
export const addressOf = (application: string, item: MenuItem): string => {
  const { page: kind, types, name } = item;
  return addressOfTab({ application, kind, types, name, number: null, mode: "", preset: givenBy(item) });
};

/** What a menu item gives to its page, as it stands in addresses: its preset, and what a query page finds documents for. */
export const givenBy = ({ preset, amends }: MenuItem): string => presetText(amends ? { ...preset, for: amends } : preset);

/** The address at which an application is entered: the first page of its menu. */
export const entranceOf = ({ name, menu }: Application): string => (menu[0] ? addressOf(name, menu[0]) : `/app/${name}`);

/** The outermost group in which an application stands (货物申报), and the others that stand in it. */
export function neighboursOf(application: string): { title: string; applications: Application[] } | null {
  const group = groups.value.find((one) => applicationsIn(one).some(({ name }) => name === application));
  return group ? { title: group.title, applications: applicationsIn(group).filter(({ name }) => name !== application) } : null;
}

/** The application that a document type belongs to, the menu's words for it, and what the menu gives to a new one: of several lines, that of this preset, else the first. */
export function placeOf(type: string, preset = ""): { application: string; title: string; preset: string } | null {
  for (const application of applications.value) {
    const items = application.menu.filter((one) => one.types.includes(type) && one.page === "form");
    const item = items.find((one) => givenBy(one) === preset) ?? items[0];
    if (item) return { application: application.name, title: item.title, preset: givenBy(item) };
  }
  return null;
}
