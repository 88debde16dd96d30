import { computed, ref } from "vue";
import { getApplications } from "@/kernel/api/session";
import { lineOf } from "@/kernel/api/problem";
import type { Application, ApplicationGroup, MenuItem, Session } from "@/kernel/api/types";
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
export const addressOf = (application: string, { page: kind, types, name }: MenuItem): string =>
  addressOfTab({ application, kind, types, name, number: null, mode: "" });

/** The address at which an application is entered: the first page of its menu. */
export const entranceOf = ({ name, menu }: Application): string => (menu[0] ? addressOf(name, menu[0]) : `/app/${name}`);

/** The outermost group in which an application stands (货物申报), and the others that stand in it. */
export function neighboursOf(application: string): { title: string; applications: Application[] } | null {
  const group = groups.value.find((one) => applicationsIn(one).some(({ name }) => name === application));
  return group ? { title: group.title, applications: applicationsIn(group).filter(({ name }) => name !== application) } : null;
}

/** The application that a document type belongs to, and the menu's words for it. */
export function placeOf(type: string): { application: string; title: string } | null {
  for (const application of applications.value) {
    const item = application.menu.find((one) => one.types.includes(type) && one.page === "form");
    if (item) return { application: application.name, title: item.title };
  }
  return null;
}
