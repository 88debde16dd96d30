import { createApp } from "vue";
import "element-plus/dist/index.css";
import App from "@/app/App.vue";

createApp(App).mount("#app");
