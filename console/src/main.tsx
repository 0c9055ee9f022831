import { render } from "preact";
import { App } from "./app/app";
import { Services } from "./app/services";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/shell.css";
import "./styles/parts.css";
import "./styles/pages.css";

render(<App services={new Services()} />, document.getElementById("root")!);
