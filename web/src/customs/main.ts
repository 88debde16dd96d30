import { createApp } from "vue";
import "element-plus/dist/index.css";
import "@/app/styles/theme.css";
import "@/app/styles/controls.css";
import "./customs.css";
import "@/app/styles/contrast.css";
import App from "./App.vue";
import { makeRouter } from "./router";
import { keepFocus } from "@/kernel/focus/keepFocus";
import { restore } from "./session";

await restore();
createApp(App).use(makeRouter()).mount("#app");
keepFocus();
