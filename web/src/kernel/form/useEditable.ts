import { computed, type Ref } from "vue";
import type { ActionDefinition, Allowed, Content, Definition, View } from "@/kernel/api/types";
import { VIEW } from "@/kernel/workspace";
import { canonical } from "@/kernel/signing/canonical";
import { typedOf, withoutFlagged } from "./content";
import { fileName } from "./sections";

const YES: Allowed = { allowed: true, why: "" };

/** Whether the action is done from the document's own form on what is in force, of which it edits some names. */
export const isFollowUp = (action: ActionDefinition): boolean => !!action.edits;

/**
 * What of a document may be typed now: fields and tables by name, files as `attachments/CODE`. Some names belong to
 * follow-ups, which are signed actions on what is in force (反馈, 情况说明): they are typed for these alone.
 * @param may whether an action may be done
 */
export function useEditable(
  definition: Ref<Definition | null>, view: Ref<View | null>, mode: Ref<string>, may: (name: string) => Allowed,
) {
  const followUps = computed(() => (definition.value?.actions ?? []).filter(isFollowUp));
  const theirs = computed(() => new Set(followUps.value.flatMap((one) => one.edits!)));

  /** Whether only follow-ups may be typed now, and at least one of them. */
  const followsUp = computed(() => mode.value === "" && !!view.value?.number && !!view.value.editable?.some((name) => theirs.value.has(name)) && !may("save").allowed);

  function mayType(name: string): boolean {
    if (mode.value === VIEW || !view.value) return false;
    const { number, editable, actions } = view.value;
    if ((mode.value === "" || view.value.amendment) && number && editable) return editable.includes(name);
    return !theirs.value.has(name) && (number === null || !("save" in actions) || may("save").allowed);
  }

  /** The same, with the reason why not: that of the follow-up that could, else of 暂存. */
  function mayChange(name: string): Allowed {
    if (mayType(name)) return YES;
    const amendment = definition.value?.actions.find((one) => one.name === view.value?.amendment);
    if (amendment?.alters && may("save").allowed) return { allowed: false, why: `${amendment.label}不能修改这部分内容，以海关审批通过的为准` };
    const verdicts = followUps.value.filter((one) => one.edits!.includes(name)).map((one) => may(one.name));
    return verdicts.find((one) => !one.allowed) ?? may("save");
  }

  /** The document's own values: without grey ones, without what was typed for follow-ups, and without rows that are used no more. */
  const ownOf = (content: Content): Content => pick(typedOf(definition.value!, withoutFlagged(definition.value!, content)), (name) => !theirs.value.has(name));

  /** What of the content may be typed now. */
  const typableOf = (content: Content): Content => pick(typedOf(definition.value!, content), mayType);

  /** What an action signs of what the screen shows: the names of other follow-ups as they are in force. */
  function signedBy(action: ActionDefinition, content: Content): Content {
    if (!action.edits || !view.value) return content;
    const { content: stored, editable, in_force: inForce } = view.value;
    const open = (name: string): boolean => !!inForce && !!editable?.includes(name); // elsewhere what is stored is in force
    const counts = { ...pick(stored, (name) => !open(name)), ...pick(inForce ?? {}, open) };
    return { ...pick(content, (name) => !isOthers(action, name)), ...pick(counts, (name) => isOthers(action, name)) };
  }

  /** Whether something stands in the boxes, or was uploaded, that only this follow-up sends. */
  function wasTypedFor({ edits }: ActionDefinition, content: Content): boolean {
    const inForce = view.value?.in_force ?? {};
    const files = (view.value?.attachments ?? []).map((file) => fileName(file.category));
    return (edits ?? []).some((name) => files.includes(name) || canonical(content[name] ?? "") !== canonical(inForce[name] ?? (Array.isArray(content[name]) ? [] : "")));
  }

  /** Whether the name belongs to follow-ups, but not to this action. */
  const isOthers = (action: ActionDefinition, name: string): boolean => theirs.value.has(name) && !action.edits?.includes(name);

  return { followUps, followsUp, mayType, mayChange, ownOf, typableOf, signedBy, isOthers, wasTypedFor };
}

const pick = (content: Content, wanted: (name: string) => boolean): Content =>
  Object.fromEntries(Object.entries(content).filter(([name]) => wanted(name)));
