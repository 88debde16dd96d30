import { createApp } from "vue";
import "element-plus/dist/index.css";
import "@/app/styles/theme.css";
import "@/app/styles/controls.css";
import "@/app/styles/form.css";
import "@/app/styles/list.css";
import "@/app/styles/shell.css";
import "@/app/styles/entrance.css";
import "@/app/styles/people.css";
import "@/app/styles/narrow.css";
import "@/app/styles/contrast.css";
import App from "@/app/App.vue";
import { makeRouter } from "@/app/router";
import { keepFocus } from "@/kernel/focus/keepFocus";
import { learnConfig, remembered, restore } from "@/kernel/session";

await Promise.all([learnConfig(), remembered() ? restore() : null]);
createApp(App).use(makeRouter()).mount("#app");
keepFocus();
