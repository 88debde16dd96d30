/** Where the company's events are sent (INTG-03). */
import { call } from "./client";
import type { Deliveries, Delivery, DeliveryState, NewWebhook, Replay, Webhook, WebhookChange, WebhookSecret, Webhooks } from "./types";

const of = (id: number, what = ""): string => `/api/webhooks/${id}${what}`;
export const getWebhooks = (): Promise<Webhooks> => call("GET", "/api/webhooks");
export const addWebhook = (body: NewWebhook): Promise<WebhookSecret> => call("POST", "/api/webhooks", { body });
export const changeWebhook = (id: number, body: WebhookChange): Promise<Webhook> => call("PUT", of(id), { body });
export const removeWebhook = (id: number): Promise<void> => call("DELETE", of(id));
export const newSecret = (id: number): Promise<WebhookSecret> => call("POST", of(id, "/secret"), { body: {} });
export const tryWebhook = (id: number): Promise<Delivery> => call("POST", of(id, "/test"), { body: {} });
export const replayEvents = (id: number, body: Replay): Promise<{ events: number }> => call("POST", of(id, "/replay"), { body });
export const getDeliveries = (id: number, state: DeliveryState | "", before?: number): Promise<Deliveries> =>
  call("GET", of(id, "/deliveries"), { query: { before, state: state || undefined } });
