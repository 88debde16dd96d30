import { call } from "./client";
import type { Content, FilledTemplate, FormTemplate, FormTemplates } from "./types";

const at = (type: string, id?: number): string => `/api/form-templates/${encodeURIComponent(type)}` + (id === undefined ? "" : `/${id}`);

export const getTemplates = (type: string): Promise<FormTemplates> => call("GET", at(type));

export const getTemplate = (type: string, id: number): Promise<FilledTemplate> => call("GET", at(type, id));

export const keepTemplate = (type: string, name: string, content: Content): Promise<FormTemplate> =>
  call("POST", at(type), { body: { name, content } });

export const renameTemplate = (type: string, id: number, name: string): Promise<FormTemplate> =>
  call("PUT", at(type, id), { body: { name } });

export const deleteTemplate = (type: string, id: number): Promise<void> => call("DELETE", at(type, id));
