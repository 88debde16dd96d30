import { shallowRef } from "vue";
import type { Autosave, Content, RowDraft, View } from "@/kernel/api/types";
import type { OpenDocument } from "./useDocument";

/** Two versions between which the user chooses: what is stored, and what was typed here or left by an autosave. */
export interface Choice {
  current: View;
  mine: Content;
  left?: Record<string, RowDraft>;
}

export interface VersionEvents {
  /** The stored document stands in the boxes now. */
  replaced(): void;
  /** What an autosave left goes into the boxes, or is given up. */
  takeLeft(): Promise<void>;
  dropLeft(): Promise<void>;
}

/** Somebody else saved first: whose version goes on (412, and an autosave on an older version). */
export function useVersions(document: OpenDocument, events: VersionEvents) {
  const choice = shallowRef<Choice | null>(null);

  const stale = (current: View): void => void (choice.value = { current, mine: document.content.value });
  const older = ({ content, drafts }: Autosave): void =>
    void (choice.value = { current: document.view.value!, mine: content, left: drafts });

  function useTheirs(): void {
    const { current, left } = close();
    if (left) return void events.dropLeft();
    document.take(current);
    events.replaced();
  }

  function useMine(): void {
    const { current, left } = close();
    if (left) void events.takeLeft();
    else document.takeKeeping(current, document.view.value!.content);
  }

  function close(): Choice {
    const made = choice.value!;
    choice.value = null;
    return made;
  }

  return { choice, stale, older, useTheirs, useMine, close };
}
