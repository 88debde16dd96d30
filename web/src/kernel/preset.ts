/** What a menu item gives to the form or the query page that it opens, or a reminder to a page of a chapter's own: values by name, written "list_kind=GI" in addresses. */
export type Preset = Record<string, string>;

export const presetText = (preset: Preset): string => new URLSearchParams(preset).toString();

export const presetOf = (text: string): Preset => Object.fromEntries(new URLSearchParams(text));
