"use strict";
// Shows the OpenAPI document to who logs in.  Tokens stay in this page's memory.

const form = document.querySelector("#login");
const logout = document.querySelector("#logout");
const operations = document.querySelector("#operations");
const statusLine = document.querySelector("#status");
let tokens = null;

function say(text, failed = false) {
  statusLine.textContent = text;
  statusLine.classList.toggle("failed", failed);
}

/** A request to this API. @return its JSON; @throws Error with the server's words */
async function call(path, options = {}) {
  const answer = await fetch(new URL(path, document.baseURI), { cache: "no-store", ...options });
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.detail ?? Object.values(body).flat().join(" "));
  return body;
}

function post(path, body) {
  return call(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
}

function isOurs(url) {
  return new URL(url, document.baseURI).origin === location.origin;
}

function show(spec) {
  SwaggerUIBundle({
    spec,
    domNode: operations,
    docExpansion: "none",
    validatorUrl: null,
    requestInterceptor: (request) => {
      if (tokens && isOurs(request.url)) request.headers.Authorization = `Bearer ${tokens.access}`;
      return request;
    },
  });
}

function setLoggedIn(isIn) {
  form.hidden = isIn;
  logout.hidden = !isIn;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { username, password, otp } = Object.fromEntries(new FormData(form));
  say("Logging in ...");
  try {
    tokens = await post("../token/", otp ? { username, password, otp } : { username, password });
    show(await call("../schema/", { headers: { Authorization: `Bearer ${tokens.access}` } }));
    form.reset();
    setLoggedIn(true);
    say("");
  } catch (error) {
    tokens = null;
    say(error.message, true);
  }
});

logout.addEventListener("click", async () => {
  const { refresh } = tokens;
  tokens = null;
  operations.replaceChildren();
  setLoggedIn(false);
  try {
    await post("../token/blacklist/", { refresh });
    say("Logged out.");
  } catch (error) {
    say(`Logged out here; the server said: ${error.message}`, true);
  }
});
