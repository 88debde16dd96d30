/** The chapter's own pages, by the names in its menu. */
import type { SubsystemPages } from "@/pages/subsystems";

const chapter: SubsystemPages = { pages: {} };

export default chapter;
