// The counter's page: everything on the screen is drawn from one state that the kiosk program tells.
import { Refused, signAt, state, tell } from "./talk.js";
import { speak, spoken, w } from "./words.js";

const $ = (id) => document.getElementById(id);
let now = null;
let chosenScan = null;
let chosenPage = null;
let fault = null;
let note = "";
const HELD_SHOWN = 20;
const LOOK_MS = 60_000;

// ── building ──────────────────────────────────────────────────────────────────────────────────────────
function h(tag, words = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(words)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat().filter((one) => one !== null && one !== undefined && one !== false));
  return made;
}
const button = (text, deed, words = {}) => h("button", { type: "button", onclick: () => act(deed), ...words }, text);
const key = (text) => h("kbd", {}, text);

async function act(deed) {
  try {
    fault = null;
    await deed();
  } catch (error) {
    fault = error instanceof Refused ? error : { code: "", message: String(error.message || error), remedy: "" };
  }
  await refresh();
}

// ── asking ────────────────────────────────────────────────────────────────────────────────────────────
function ask(title, fields, extra = []) {
  return new Promise((resolve) => {
    const dialog = $("dialog"), form = $("form");
    form.replaceChildren(
      h("h1", {}, title),
      ...fields.map((field) => h("div", { class: "row" },
        h("label", { for: `ask-${field.name}` }, field.label),
        field.options
          ? h("select", { id: `ask-${field.name}`, name: field.name }, field.options.map(([value, text]) => h("option", { value, selected: value === field.value }, text)))
          : h("input", { id: `ask-${field.name}`, name: field.name, type: field.type ?? "text", value: field.value ?? "", autocomplete: "off", required: field.required, inputmode: field.inputmode }))),
      ...extra,
      h("div", { class: "row end" },
        h("button", { value: "cancel", formnovalidate: true }, w("cancel"), " ", key("Esc")),
        h("button", { value: "ok", class: "deed" }, w("ok"), " ", key("Enter"))));
    // Enter means yes: the first button of a form is what a browser takes for it.
    form.onkeydown = (event) => { if (event.key === "Enter" && event.target.tagName !== "BUTTON") { event.preventDefault(); form.querySelector("button.deed").click(); } };
    dialog.onclose = () => resolve(dialog.returnValue === "ok" ? Object.fromEntries(new FormData(form)) : null);
    dialog.returnValue = "";
    dialog.showModal();
    form.querySelector("input, select")?.focus();
  });
}

async function signIn() {
  const first = await ask(w("signIn"), [{ name: "account", label: w("account"), required: true }, { name: "password", label: w("password"), type: "password", required: true }]);
  if (!first) return;
  const step = await tell("sign-in", first);
  const second = await ask(w("signIn"), [{ name: "code", label: w("code"), required: true, inputmode: "numeric" }]);
  if (second) { await tell("sign-in/code", { login: step.login, code: second.code }); tell("sign/awaited").catch(() => {}); }
}
async function standIn() {
  const said = await ask(w("standIn"), [{ name: "name", label: w("yourName"), required: true }]);
  if (said) await tell("stand-in", said);
}
async function begin(component, profile) {
  const scan = openScan();
  const said = await ask(component ? component.name : w("addPaper"), [
    { name: "presented_as", label: w("presented"), value: "ban_chinh", options: [["ban_chinh", w("exemplar")], ["ban_goc", w("original")], ["ban_sao", w("copy")]] },
    { name: "profile", label: w("profile"), value: profile, options: now.profiles.map((one) => [one.name, one.title]) },
    { name: "counted", label: w("counted"), type: "number", value: "" },
  ]);
  if (!said) return;
  const made = await tell("scans", { presented_as: said.presented_as, component: component?.code ?? null });
  chosenScan = made.scan; chosenPage = null;
  await tell(`scans/${made.scan}/pull`, { profile: said.profile, counted: said.counted ? Number(said.counted) : null });
}
async function pullOn(scan) {
  await tell(`scans/${scan.id}/pull`, { profile: null, counted: scan.counted });
}
async function dropScan(scan) {
  const sure = await ask(w("sure", { count: scan.pages.length }), []);
  if (sure) { await tell(`scans/${scan.id}/drop`); chosenScan = null; }
}
async function putAway() {
  note = ""; chosenScan = null;
  await tell("dossier/away");
  if (now.signed_in && now.line.course !== "waiting") tell("sign/awaited").catch(() => {});
}
// The server did not take it as it was: it goes for the same component again, for another, or as one more paper of the dossier.
async function redirect(scan) {
  const said = await ask(`${w("retry")}: ${scan.title || w("otherPaper")}`, [
    { name: "component", label: w("component"), value: scan.component ?? "", options: [...now.dossier.components.filter((one) => scannable(one) || one.code === scan.component).map((one) => [one.code, one.name]), ["", w("otherPaper")]] }]);
  if (said) await tell(`scans/${scan.id}/redirect`, { component: said.component || null });
}
async function useAgain(component, found) {
  const checks = found.checks.map((one) => h("div", { class: "row" }, h("input", { type: "checkbox", name: `check-${one}`, id: `check-${one}`, required: true }), h("label", { for: `check-${one}` }, w(one))));
  const said = await ask(`${w("reuse")}: ${found.title} ${found.number ?? ""}`, [], checks.length ? [h("p", {}, w("checks")), ...checks] : []);
  if (said) await tell("reuse", { document: found.document, component: component.code, checked: found.checks.filter((one) => said[`check-${one}`]) });
}
// What can't be signed now is not lost: it is in the list of the clerk's next sign-in with a line.
// A second act would end the links of the first, which the program is still working on: a key pressed twice is one act.
let signingNow = false;
async function sign() {
  if (signingNow) return;
  signingNow = true;
  try { await signAll(); } finally { signingNow = false; }
}
async function signAll() {
  if (!now.signed_in || now.dossier?.provisional) { note = w("signLater"); return; }
  const going = now.dossier ? here().filter((one) => one.state !== "done").length : 0;
  const dossiers = now.dossier ? [now.dossier.code] : now.to_sign.map((one) => one.dossier);
  let signed = 0;
  const left = [];
  for (const dossier of dossiers) signed += await signDossier(dossier, left);
  note = [
    signed ? w("signed", { count: signed }) : left.length || going ? "" : w("nothingToSign"),
    left.length ? w("notSignedAll", { count: left.length, why: left[0].error.message }) : "",
    going ? w("signGoing", { count: going }) : ""].filter(Boolean).join(" ");
  if (now.dossier) await tell("dossier/refresh");
  await tell("sign/awaited");
}
async function signDossier(dossier, left) {
  const awaited = (error) => { if (error.code !== "CAPTURE_NOT_AWAITED") throw error; return null; };
  const opened = await tell("sign/handover", { dossier }).catch((error) => (error.code === "HANDOVER_NOT_CONFIGURED" ? "server" : awaited(error)));
  if (opened === null) return 0;
  if (opened === "server") { // the server reaches the key: one act there
    const done = await tell("sign", { dossier }).catch(awaited);
    if (done === null) return 0;
    left.push(...done.captures.filter((one) => one.error));
    return done.captures.filter((one) => !one.error).length;
  }
  let number = 0;
  for (const one of opened.handovers) {
    number += 1; note = w("signing", { number, count: opened.handovers.length }); draw();
    const answer = await signAt(one.service, one.request).catch(() => { throw new Error(w("noProgram", { service: one.service })); });
    if (answer.Status !== 0 && answer.Status !== true) throw new Error(answer.Message || w("noProgram", { service: one.service }));
  }
  return number;
}

// ── what is meant ─────────────────────────────────────────────────────────────────────────────────────
const here = () => (now?.scans ?? []).filter((one) => now.dossier && one.dossier === now.dossier.code);
const openScan = () => now?.scans.find((one) => one.id === chosenScan) ?? here().find((one) => one.state === "open") ?? null;
const current = () => { const scan = openScan(); return scan?.pages.find((one) => one.id === chosenPage) ?? scan?.pages.at(-1) ?? null; };
const scannable = (one) => one.state === "wanted" && !one.scanned_here && one.handling !== "PRESENT_ONLY" && one.handling !== "SECRET_NO_SCAN";

// ── drawing ───────────────────────────────────────────────────────────────────────────────────────────
function chip(id, text, mood) { $(id).textContent = text; $(id).className = `chip ${mood}`; }

function draw() {
  if (!now) return;
  $("agency").textContent = now.agency; $("client").textContent = now.client;
  $("clerk").textContent = now.clerk ?? w("notSigned");
  $("sign-out").hidden = !now.clerk; $("sign-out").textContent = w("signOut"); $("language").textContent = w("other");
  const { course, sent, size } = now.line;
  chip("line", course === "sending" ? w("lineSending", { percent: size ? Math.floor(100 * sent / size) : 0 }) : course === "waiting" ? w("lineWaiting") : w("lineIdle"), course === "waiting" ? "warn" : "well");
  $("line").title = now.line.error ? `${now.line.error.message} ${now.line.error.remedy}` : "";
  chip("spool", now.spool.closed ? w("spoolSome", { count: now.spool.closed }) : w("spoolEmpty"), now.spool.closed ? "warn" : "well");
  chip("scanner", now.scanner ?? w("noScanner"), now.scanner ? "well" : "warn");
  drawAlert(); drawLeft(); drawMiddle(); drawRight(); drawKeys();
}

function drawAlert() {
  const told = fault ?? now.scanner_fault ?? now.orders_fault;
  const troubles = now.line.troubles.map((one) => w(one)).join(" · ");
  $("alert").className = told || troubles ? "" : "news";
  $("alert").hidden = !told && !note && !troubles;
  $("alert").replaceChildren(
    ...(told ? [h("b", {}, told.message), h("span", {}, `${told.remedy ?? ""} ${told.code ? `[${told.code}]` : ""}`)] : []),
    ...(note ? [h("span", {}, note)] : []), ...(troubles ? [h("span", {}, ` ${troubles}`)] : []));
}

function drawLeft() {
  $("left-title").textContent = w("dossier");
  const steps = [];
  if (now.clerk && !now.signed_in) steps.push(h("div", { class: "row" }, button(w("signIn"), signIn)));
  if (!now.clerk) {
    steps.push(h("div", { class: "row" }, button(w("signIn"), signIn, { class: "deed" }), button(w("standIn"), standIn)));
  } else if (!now.dossier) {
    const code = h("input", { id: "dossier-code", placeholder: "H01.23-260105-0001", autocomplete: "off" });
    const procedure = h("input", { id: "procedure", autocomplete: "off" });
    const go = () => tell("dossier", { code: code.value.trim(), procedure: procedure.value.trim() || null });
    for (const one of [code, procedure]) one.addEventListener("keydown", (event) => { if (event.key === "Enter") act(go); });
    steps.push(h("div", { class: "row" }, h("label", { for: "dossier-code" }, w("dossierCode")), code),
      h("div", { class: "row" }, h("label", { for: "procedure" }, w("procedure")), procedure),
      h("div", { class: "row" }, button(w("open"), go, { class: "deed" }), button(w("provisional"), () => tell("dossier", { code: null, procedure: procedure.value.trim() || null }))));
    steps.push(...toSign());
    const held = now.scans.filter((one) => one.state === "open" || one.error || one.provisional);
    if (held.length) steps.push(h("h2", {}, w("toSee")), ...held.slice(0, HELD_SHOWN).map(heldScan));
  } else steps.push(...dossierSteps(now.dossier));
  const before = document.activeElement?.id, typed = before && $(before)?.value;
  keepTyped($("steps"), steps);
  if (before && $(before) && typed !== undefined) { $(before).focus(); }
}

function toSign() {
  const count = now.to_sign.reduce((sum, one) => sum + one.captures, 0);
  return count ? [h("div", { class: "row" }, button([w("toSign", { count, dossiers: now.to_sign.length }), " ", key("F10")], sign, { class: "deed" }))] : [];
}

// A paper of another dossier that waits for somebody to look at it; what was scanned under a provisional code is begun again under it.
function heldScan(scan) {
  return h("div", { class: "scan" }, `${scan.dossier} · ${scan.title || w("otherPaper")} · ${scan.pages.length}`, h("small", {}, scan.error ? scan.error.message : scan.state === "open" ? w("openStill") : w("isProvisional")),
    h("div", { class: "row" }, scan.provisional ? button(w("reconcile"), () => reconcile(scan.dossier)) : button(w("open"), () => tell("dossier", { code: scan.dossier, procedure: null })), button(w("drop"), () => dropScan(scan))));
}
async function reconcile(provisional) {
  const said = await ask(w("reconcile"), [{ name: "code", label: w("dossierCode"), required: true }]);
  if (said) await tell("reconcile", { provisional, code: said.code });
}

// What the clerk is typing stays, whatever is drawn anew around it.
function keepTyped(place, children) {
  const typed = new Map([...place.querySelectorAll("input[id]")].map((one) => [one.id, one.value]));
  place.replaceChildren(...children);
  for (const [id, value] of typed) { const one = $(id); if (one && value) one.value = value; }
}

function dossierSteps(dossier) {
  const steps = [h("p", {}, h("b", {}, dossier.code), dossier.procedure ? ` · ${dossier.procedure}` : "")];
  if (dossier.provisional) {
    steps.push(h("p", { class: "advice review" }, w("isProvisional")), h("div", { class: "row" }, button(w("reconcile"), () => reconcile(dossier.code))));
  } else if (now.signed_in) {
    const number = h("input", { id: "number", autocomplete: "off", placeholder: w("number") });
    const go = async () => { const text = number.value.split("|")[0].trim(); number.value = ""; await tell("holder", { number: text }); };
    number.addEventListener("keydown", (event) => { if (event.key === "Enter") act(go); });
    steps.push(h("h2", {}, w("holder"), " ", key("F4")), h("div", { class: "row" }, number, button(w("check"), go), button(w("scanCard"), () => tell("holder/card"))),
      dossier.holder_known !== null ? h("p", { class: "advice" }, dossier.holder_known ? w("known") : w("nobody")) : null);
  }
  steps.push(h("h2", {}, w("components")));
  if (!dossier.known) steps.push(h("p", {}, w("noComponents")));
  steps.push(h("ul", {}, dossier.components.map((one, index) => h("li", {}, componentButton(one, index)))));
  steps.push(h("div", { class: "row" }, button([w("addPaper"), " ", key("F8")], () => begin(null)),
    button([w("sign"), " ", key("F10")], sign, { class: "deed" }),
    button([w("away"), " ", key("F12")], putAway)));
  const mine = here().filter((one) => one.state !== "open");
  if (mine.length) steps.push(h("h2", {}, w("waiting")), ...mine.map(waitingScan));
  return steps.filter(Boolean);
}

function componentButton(one, index) {
  const found = one.found[0];
  const stateWord = one.scanned_here ? w("here") : one.handling === "PRESENT_ONLY" || one.handling === "SECRET_NO_SCAN" ? w(one.handling) : w(one.state === "presented" ? "present" : one.state);
  const deed = found ? () => useAgain(one, found) : () => begin(one);
  const current = openScan()?.component === one.code;
  return h("button", { type: "button", class: "component", "aria-current": String(current), disabled: !scannable(one) && !found, onclick: () => act(deed) },
    index < 9 ? key(String(index + 1)) : h("span"), h("span", {}, one.name, h("small", {}, stateWord)), h("span", { class: `chip ${found ? "well" : scannable(one) ? "warn" : ""}` }, found ? w("reuse") : scannable(one) ? w("scan") : "✓"));
}

function waitingScan(scan) {
  return h("div", { class: "scan" }, `${scan.title || w("otherPaper")} · ${scan.pages.length}`, h("small", {}, scan.error ? `${scan.error.message} (${w("tries", { count: scan.tries })})` : scan.sha256?.slice(0, 16)),
    scan.error ? h("div", { class: "row" }, button(w("retry"), () => redirect(scan)), button(w("drop"), () => dropScan(scan))) : null);
}

function drawMiddle() {
  const scan = openScan(), page = current();
  const picture = page?.pictured ? h("img", { src: `/api/pages/${page.id}/preview`, alt: `${w("page")} ${page.place}` })
    : h("p", {}, !scan || !scan.pages.length ? (now.scanning ? w("scanning") : w("empty")) : page.judging ? w("judging") : w("noPicture"));
  const shownNow = $("preview").firstElementChild;
  if (!(shownNow?.tagName === "IMG" && picture.tagName === "IMG" && shownNow.getAttribute("src") === picture.getAttribute("src"))) $("preview").replaceChildren(picture);
  const told = [...(scan?.advices ?? []), ...(page?.advices ?? [])];
  $("advices").replaceChildren(...told.map((one) => h("div", { class: `advice ${one.weight}` }, one.pages?.length ? `${w("page")} ${one.pages.join(", ")}: ` : "", one.text)),
    ...(page && !page.judging && page.pictured && !told.length ? [h("div", { class: "advice" }, w("fine"))] : []));
}

// What the citizen may be given while nothing has reached the server yet: what this kiosk holds of their dossier, by its hashes.
function slip() {
  const held = here().filter((one) => one.state === "closed");
  if (!held.length) return [];
  return [h("div", { class: "slip" },
    h("h1", {}, w("slip")), h("p", {}, `${now.agency} · ${now.client}`), h("p", {}, `${w("dossier")} ${now.dossier.code}${now.clerk ? ` · ${now.clerk}` : ""}`),
    ...held.map((one) => h("div", { class: "scan" }, `${one.title || w("otherPaper")} · ${w("pages", { count: one.pages.length })}`, h("small", {}, `${forPeople(one.at)} · SHA-256 ${one.sha256.slice(0, 16)}`)))),
    h("div", { class: "row" }, button(w("print"), () => window.print()))];
}
const forPeople = (at) => { const [day, time] = at.split("T"); return `${day.split("-").reverse().join("/")} ${time.slice(0, 5)}`; };

function drawRight() {
  const scan = openScan();
  if (!scan || scan.state !== "open") {
    $("paper").replaceChildren(...slip(), h("h1", {}, w("sent")), ...now.done.map((one) => h("div", { class: "scan" }, `${one.dossier} · ${one.title || w("otherPaper")}`, h("small", {}, `${w("receipt")} ${one.sha256.slice(0, 16)}`))));
    return;
  }
  const page = current(), index = scan.pages.indexOf(page);
  $("paper").replaceChildren(
    h("h1", {}, scan.title || w("otherPaper"), ` · ${scan.pages.length}${scan.counted ? ` / ${scan.counted}` : ""}`),
    h("div", { class: "row" },
      button([w("scanMore"), " ", key("F8")], () => pullOn(scan), { disabled: now.scanning !== null }),
      button([w("finish"), " ", key("F9")], async () => { await tell(`scans/${scan.id}/finish`); chosenScan = null; }, { class: "deed", disabled: now.scanning !== null || !scan.pages.length }),
      button(w("drop"), () => dropScan(scan), { disabled: now.scanning !== null })),
    h("div", { class: "row" }, page ? button([w("dropPage"), " ", key("Del")], () => tell(`scans/${scan.id}/pages/${page.id}/drop`)) : null,
      page && index > 0 ? button([w("up"), " ", key("Alt+↑")], () => moveUp(scan, index)) : null),
    h("div", { class: "pages" }, scan.pages.map((one) => h("button", {
      type: "button", class: `page ${one.advices.some((a) => a.weight === "block") ? "block" : one.advices.some((a) => a.weight === "review") ? "review" : ""}`,
      "aria-current": String(one === page), onclick: () => { chosenPage = one.id; draw(); } },
    one.pictured ? h("img", { src: `/api/pages/${one.id}/preview`, alt: "" }) : null, `${w("page")} ${one.place}${one.judging ? " …" : ""}`))));
}
const moveUp = (scan, index) => {
  const pages = scan.pages.map((one) => one.id);
  [pages[index - 1], pages[index]] = [pages[index], pages[index - 1]];
  return tell(`scans/${scan.id}/order`, { pages });
};

function drawKeys() {
  const keys = [["F2", w("dossier")], ["F4", w("holder")], ["1–9", w("components")], ["F8", w("scan")], ["F9", w("finish")], ["F10", w("sign")], ["F12", w("away")], ["← →", w("page")]];
  $("keys").replaceChildren(...keys.map(([name, text]) => h("span", {}, key(name), ` ${text}`)));
}

// ── keys ──────────────────────────────────────────────────────────────────────────────────────────────
document.addEventListener("keydown", (event) => {
  if (!now || $("dialog").open) return;
  const scan = openScan(), typing = event.target.tagName === "INPUT";
  const step = (by) => { const at = scan?.pages.indexOf(current()) ?? -1; const next = scan?.pages[at + by]; if (next) { chosenPage = next.id; draw(); } };
  const deeds = {
    F2: () => $("dossier-code")?.focus(), F4: () => $("number")?.focus(),
    F8: () => act(() => (scan?.state === "open" ? pullOn(scan) : begin(null))),
    F9: () => scan?.state === "open" && act(async () => { await tell(`scans/${scan.id}/finish`); chosenScan = null; }),
    F10: () => (now.dossier || now.to_sign.length) && act(sign), F12: () => now.dossier && act(putAway),
  };
  if (!typing) Object.assign(deeds, {
    ArrowLeft: () => step(-1), ArrowRight: () => step(1),
    ArrowUp: () => event.altKey && scan && scan.pages.indexOf(current()) > 0 && act(() => moveUp(scan, scan.pages.indexOf(current()))),
    Delete: () => scan?.state === "open" && current() && act(() => tell(`scans/${scan.id}/pages/${current().id}/drop`)),
  });
  if (!typing && /^[1-9]$/.test(event.key)) deeds[event.key] = () => document.querySelectorAll(".component")[Number(event.key) - 1]?.click();
  const deed = deeds[event.key];
  if (deed) { event.preventDefault(); deed(); }
});
$("sign-out").onclick = () => act(() => tell("sign-out"));
$("language").onclick = () => { speak(spoken() === "vi" ? "en" : "vi"); draw(); };
$("scanner").onclick = () => act(() => tell("scanner"));

// ── life ──────────────────────────────────────────────────────────────────────────────────────────────
let asking = false, again = false;
async function refresh() {
  if (asking) { again = true; return; }
  asking = true;
  try {
    now = await state();
    draw();
  } catch { $("alert").hidden = false; $("alert").replaceChildren(h("b", {}, w("lost"))); }
  asking = false;
  if (again) { again = false; await refresh(); }
}
new EventSource("/api/events").onmessage = refresh;
await refresh();
// What waits for the clerk's signature is asked for where it is shown, between two dossiers: each look is on record at the server.
// A fault of that is no news, the line shows itself.
const look = () => { if (now?.signed_in && !now.dossier && now.line.course !== "waiting") tell("sign/awaited").catch(() => {}); };
setInterval(look, LOOK_MS);
look();
// A link from the dossier system names the dossier: http://127.0.0.1:8017/#H01.23-260105-0001
if (location.hash.length > 1 && now?.clerk) await act(() => tell("dossier", { code: decodeURIComponent(location.hash.slice(1)) }));
else $("dossier-code")?.focus();
