import { call } from "./client";
import type { Reminders } from "./types";

export const getReminders = (): Promise<Reminders> => call("GET", "/api/reminders");
