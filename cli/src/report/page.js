"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const names = data.names;
  const SVG = "http" + "://www.w3.org/2000/svg";
  const EVENTS = 30, ROWS = 100, ARROWS = 40, LANES = 8, METHODS = 16, TIMELINES = 60;

  // What comes out of a capture is only ever put into the page as text, and what acts on how text is shown is escaped.
  const active = /[\p{C}\p{Default_Ignorable_Code_Point}\u2028\u2029]/gu;
  const escaped = (c) => "\\u{" + c.codePointAt(0).toString(16) + "}";
  const safe = (text) => String(text ?? "").replace(active, escaped);
  const lines = (text) => String(text ?? "").split("\n").map(safe).join("\n");
  const clip = (text, most) => { const all = [...safe(text)]; return all.length > most ? all.slice(0, Math.max(most - 1, 1)).join("") + "…" : all.join(""); };

  const build = (element, attributes, children) => {
    for (const [key, value] of Object.entries(attributes ?? {})) {
      if (value === null || value === undefined || value === false) continue;
      if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
      else element.setAttribute(key, value === true ? "" : safe(value));
    }
    for (const child of children.flat()) if (child !== null && child !== undefined) element.append(child.nodeType ? child : document.createTextNode(safe(child)));
    return element;
  };
  const h = (tag, attributes, ...children) => build(document.createElement(tag), attributes, children);
  const s = (tag, attributes, ...children) => build(document.createElementNS(SVG, tag), attributes, children);
  const at = (id) => document.getElementById(id);
  const count = (n) => Number(n ?? 0).toLocaleString("en-US");
  const many = (n, one, more) => count(n) + " " + (n === 1 ? one : more ?? one + "s");

  // Times: nanoseconds since the first call, or text in UTC.
  const pad = (n, width) => String(n).padStart(width, "0");
  const stamp = (offset, digits) => {
    if (offset === null) return "no time";
    const nanos = data.zero_ns + offset, extra = Math.floor(nanos / 1e6);
    const date = new Date(data.zero_ms + extra);
    if (isNaN(date)) return "no time";
    const text = date.toISOString().slice(0, 23).replace("T", " ");
    return digits > 3 ? text + pad(Math.floor((nanos - extra * 1e6) / 1e3), 3) : text;
  };
  const clock = (offset) => offset === null ? "" : stamp(offset, last - first < 1e8 ? 6 : 3).slice(spansDays ? 5 : 11);
  const nanos = (text) => {
    const ms = Date.parse((text ?? "").slice(0, 23) + "Z");
    return isNaN(ms) ? null : (ms - data.zero_ms) * 1e6 + Number((text.slice(23, 29) + "000000").slice(0, 6)) - data.zero_ns;
  };
  const took = (ns) => {
    if (ns === null || ns === undefined) return "";
    if (ns < 0) return "−" + took(-ns);
    if (ns < 1e3) return ns + " ns";
    if (ns < 1e6) return (ns / 1e3).toFixed(1) + " µs";
    if (ns < 1e9) return (ns / 1e6).toFixed(ns < 1e8 ? 2 : 1) + " ms";
    if (ns < 6e10) return (ns / 1e9).toFixed(2) + " s";
    const seconds = Math.round(ns / 1e9);
    return seconds < 3600 ? Math.floor(seconds / 60) + " min " + seconds % 60 + " s" : Math.floor(seconds / 3600) + " h " + Math.floor(seconds / 60) % 60 + " min";
  };

  const calls = data.list.map((row, index) => ({
    index, time: row[0], client: names[row[1]], server: names[row[2]], method: names[row[3]], object: names[row[4]], status: names[row[5]],
    user: names[row[6]], outcome: row[7], latency: row[8], request: row[9], response: row[10], waits: row[11] === 1, asked: row[12], answered: row[13] ?? null,
  }));
  let first = Infinity, last = -Infinity;
  const see = (time) => { if (time !== null && isFinite(time)) { first = Math.min(first, time); last = Math.max(last, time); } };
  for (const call of calls) { see(call.time); if (call.time !== null && call.latency !== null) see(call.time + call.latency); }
  for (const event of data.events) see(nanos(event.time));
  for (const timeline of data.timelines) for (const state of timeline.states) see(nanos(state.time));
  if (!isFinite(first)) { first = 0; last = 0; }
  const spansDays = stamp(first, 3).slice(0, 10) !== stamp(last, 3).slice(0, 10);
  const of = (by) => data.stats.filter((row) => row.by === by);
  const address = (end) => end.replace(/:\d+$/, "");
  const label = (object) => object ? object.kind + (object.name ? " " + object.name : "") : "";

  const nav = (id, text) => at("nav").append(h("li", {}, h("a", { href: "#" + id }, text)));
  const panel = (id, ...children) => { const box = h("div", { class: "panel" }, ...children); at(id).append(box); return box; };
  const drop = (id) => at(id).remove();
  const table = (heads, rows) => h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": heads[0][0] + " table" }, h("table", {},
    h("thead", {}, h("tr", {}, heads.map(([text, type]) => h("th", { scope: "col", class: type }, text)))),
    h("tbody", {}, rows)));

  const lead = () => {
    const clients = of("client").length, servers = new Set(calls.map((call) => call.server)).size;
    const span = last > first ? " over " + took(last - first) : "";
    const parts = [h("strong", {}, many(data.calls, "call")), ` by ${many(clients, "client")} at ${many(servers, "server")}${span}, from ${stamp(first, 3)} UTC. `];
    if (!data.calls) { at("lead").append("No ClusAPI or Witness call is in this capture."); return; }
    parts.push(data.failed ? h("strong", {}, many(data.failed, "call") + " failed") : "No call failed", data.unknown ? `, and of ${count(data.unknown)} nobody can tell, for their answers stay sealed or can't be read. ` : ". ");
    const failed = data.events.filter((event) => event.outcome === "failed").length, pending = data.events.filter((event) => event.outcome === "pending").length;
    if (data.events.length) parts.push(many(data.events.length + data.more_events, "event") + (failed ? `, ${count(failed)} of them failures` : "") + (pending ? `, ${count(pending)} without an end in the capture` : "") + ".");
    at("lead").append(...parts.map((part) => part.nodeType ? part : document.createTextNode(safe(part))));
  };

  const summary = () => {
    nav("summary", "Summary");
    const card = (value, text, kind) => h("div", { class: "card" + (kind ? " " + kind : "") }, h("b", {}, value), h("span", {}, text));
    at("summary").append(h("div", { class: "cards" },
      card(count(data.calls), "calls"), card(count(data.failed), "failed", data.failed ? "bad" : ""),
      card(count(data.unknown), "outcome unknown", data.unknown ? "wait" : ""), card(count(data.unanswered), "without an answer", data.unanswered ? "wait" : ""),
      card(took(data.p50) || "–", "median latency"), card(took(data.p95) || "–", "95 % within"),
      card(count(data.rules.reduce((sum, rule) => sum + rule.count, 0)), "findings")));
    const failures = data.failures.slice(0, 12).map((row) => h("tr", {}, h("td", { class: "method" }, row.method), h("td", {}, h("span", { class: "badge failed wrap" }, row.status)), h("td", { class: "num" }, count(row.count)), h("td", { class: "num" }, "#" + row.frame)));
    const slow = calls.filter((call) => call.latency !== null && !call.waits).sort((a, b) => b.latency - a.latency).slice(0, 10);
    const slowest = slow.map((call) => h("tr", {}, h("td", { class: "method" }, h("a", { href: "#calls", onclick: (event) => { event.preventDefault(); reveal(call); } }, call.method)), h("td", {}, clip(call.object, 80)), h("td", { class: "num" }, took(call.latency)), h("td", { class: "num" }, "#" + (call.request ?? call.response))));
    const left = [], more = data.failures.length > 12 ? h("p", { class: "note" }, `And ${many(data.failures.length - 12, "more kind")} of failure.`) : null;
    left.push(h("div", { class: "panel" }, h("h3", {}, "What failed"), failures.length ? table([["Method"], ["Status"], ["Times", "num"], ["First", "num"]], failures) : h("p", { class: "empty" }, "Nothing."), more));
    left.push(h("div", { class: "panel" }, h("h3", {}, "Slowest"), slowest.length ? table([["Method"], ["Object"], ["Latency", "num"], ["Frame", "num"]], slowest) : h("p", { class: "empty" }, "No call has an answer."), slowest.length ? h("p", { class: "note" }, "Without long polls, which wait by design.") : null));
    at("summary").append(h("div", { class: "columns" }, left));
    if (data.sealed.length) panel("summary", h("h3", {}, "What stays sealed"), h("ul", {}, data.sealed.map((row) => h("li", {}, `${many(row.count, "message")}: ${row.reason}` + (row.remedy ? `; ${row.remedy}` : "")))));
  };

  const events = () => {
    if (!data.events.length) { panel("events", h("p", { class: "empty" }, data.unknown ? "Nothing can be told: what the messages say is sealed." : "Nothing was changed, and nothing was seen to change.")); nav("events", "Events"); return; }
    nav("events", "Events");
    const item = (event) => h("li", { class: event.outcome }, h("time", { datetime: event.time }, event.time ? clock(nanos(event.time)) : ""),
      h("span", { class: "what", title: event.text.length > 600 ? clip(event.text, 4000) : null }, clip(event.text, 600)), h("span", { class: "badge " + event.outcome }, event.outcome + (event.times > 1 ? ` ×${event.times}` : "")),
      h("span", { class: "meta" }, [(event.user ? event.user + " at " : "") + address(event.client), event.duration_ns !== undefined ? "took " + took(event.duration_ns) : "", "frames " + event.frames.slice(0, 6).map((n) => "#" + n).join(" ")].filter(Boolean).join(" · ")));
    const list = h("ol", { class: "events" }, data.events.slice(0, EVENTS).map(item));
    const box = panel("events", list);
    if (data.events.length > EVENTS) {
      const button = h("button", { type: "button", class: "more", onclick: () => { list.append(...data.events.slice(EVENTS).map(item)); button.remove(); } }, `Show all ${count(data.events.length)} events`);
      box.append(button);
    }
    if (data.more_events) box.append(h("p", { class: "note" }, `${many(data.more_events, "further event")} had no room here; cluscope story tells them all.`));
  };

  const figure = (id, width, height, title, ...children) => h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": title },
    s("svg", { class: "fit", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": title }, ...children));

  const sequence = () => {
    const ofEvents = data.events.map((event) => ({ time: nanos(event.time), client: address(event.client), server: event.server ?? "", text: event.text, outcome: event.outcome, seen: event.actor === undefined, latency: event.duration_ns ?? null }));
    const ofCalls = calls.map((call) => ({ time: call.time, client: address(call.client), server: call.server, text: call.method + (call.object ? " · " + call.object : "") + (call.outcome === "failed" ? " · " + call.status : ""), outcome: call.outcome, seen: false, latency: call.latency }));
    if (!ofCalls.length) return drop("sequence");
    nav("sequence", "Sequence");
    const place = h("div", {}), choice = h("select", { onchange: () => draw() }, ofEvents.length ? h("option", { value: "events" }, "events") : null, h("option", { value: "calls" }, "calls"));
    const from = h("select", { onchange: () => draw(true) });
    panel("sequence", h("div", { class: "tools" }, h("label", {}, "Arrows are", choice), h("label", {}, "Shown", from)), place);
    const draw = (kept) => {
      const all = choice.value === "events" ? ofEvents : ofCalls;
      if (!kept) from.replaceChildren(...Array.from({ length: Math.min(Math.ceil(all.length / ARROWS), 100) }, (_, i) => h("option", { value: i }, `${count(i * ARROWS + 1)} to ${count(Math.min((i + 1) * ARROWS, all.length))} of ${count(all.length)}`)));
      const shown = all.slice(from.value * ARROWS, (Number(from.value) + 1) * ARROWS);
      const pick = (key) => { const found = [...new Set(shown.map((arrow) => arrow[key]))]; return found.length > LANES ? [...found.slice(0, LANES - 1), "others"] : found; };
      const left = pick("client"), right = pick("server"), width = 150, gap = Math.max(190, 900 / (left.length + right.length)), head = 52, step = 34;
      const ends = [...left.map((name) => ["client", name]), ...right.map((name) => ["server", name])];
      const x = (kind, name) => { const list = kind === "client" ? left : right, n = list.indexOf(name); return 120 + width / 2 + gap * ((kind === "client" ? 0 : left.length) + (n < 0 ? list.length - 1 : n)); };
      const total = Math.max(120 + width + gap * (ends.length - 1) + 40, 1100), height = head + shown.length * step + 24;
      const parts = ends.map(([kind, name]) => s("g", {}, s("line", { class: "lane", x1: x(kind, name), x2: x(kind, name), y1: 34, y2: height - 6 }), s("rect", { class: "head " + kind, x: x(kind, name) - width / 2, y: 2, width, height: 32, rx: 7 }), s("text", { x: x(kind, name), y: 22, "text-anchor": "middle" }, clip(name, 22), s("title", {}, kind + " " + name))));
      shown.forEach((arrow, n) => {
        const y = head + n * step + 20, a = x("client", arrow.client), b = x("server", arrow.server), [from, to] = arrow.seen ? [b, a] : [a, b], way = Math.sign(to - from) || 1;
        const kind = arrow.outcome === "done" ? "" : arrow.outcome, room = Math.floor((total - Math.min(a, b) - 20) / 6.2);
        parts.push(s("g", {}, s("title", {}, arrow.text), s("text", { class: "soft", x: 4, y: y + 4 }, arrow.time === null ? "" : clock(arrow.time)),
          s("line", { class: "arrow " + kind + (arrow.seen ? " seen" : ""), x1: from, x2: to - 7 * way, y1: y, y2: y }), s("path", { class: "tip " + kind, d: `M${to} ${y}l${-9 * way} -4.5v9z` }),
          s("text", { x: Math.min(a, b) + 8, y: y - 5, class: kind === "failed" ? "failed-text" : "" }, clip((kind === "failed" ? "✗ " : "") + arrow.text, room))));
      });
      place.replaceChildren(figure("sequence", total, height, `Sequence of ${many(shown.length, "arrow")} between ${many(left.length, "client")} and ${many(right.length, "server")}; the list of events and the table of calls say the same in words`, ...parts));
    };
    draw();
    at("sequence").append(h("p", { class: "note" }, "Solid arrows: a client did or asked it. Dashed arrows: it was seen, or a notification told it. A cross marks what failed."));
  };

  const look = (state) => /fail|down|unavailable|partition/.test(state) ? "fail" : /pending|initiali|joining/.test(state) ? "wait" : /offline/.test(state) ? "offline" : /^(online|up)$/.test(state) ? "online" : "other";
  const ticks = (width, left, y1, y2) => {
    const parts = [], n = Math.max(2, Math.min(6, Math.floor(width / 150)));
    for (let i = 0; i <= n; i++) {
      const x = left + width * i / n;
      parts.push(s("line", { class: "grid", x1: x, x2: x, y1, y2 }), s("text", { class: "soft", x, y: y2 + 16, "text-anchor": i === 0 ? "start" : i === n ? "end" : "middle" }, clock(first + (last - first) * i / n)));
    }
    return parts;
  };
  const mark = (kind) => s("svg", { width: 12, height: 12, viewBox: "0 0 12 12", "aria-hidden": "true" }, s("rect", { class: kind, width: 12, height: 12, rx: 3 }));

  const timelines = () => {
    const all = data.timelines.filter((timeline) => timeline.states.some((state) => nanos(state.time) !== null));
    if (!all.length) return drop("timelines");
    nav("timelines", "States");
    const order = ["group", "resource", "node"], rank = (timeline) => { const place = order.indexOf(timeline.object.kind); return place < 0 ? order.length : place; };
    const shown = [...all].sort((a, b) => rank(a) - rank(b)).slice(0, TIMELINES);
    const left = 210, width = 860, row = 34, top = 8, span = last - first || 1, x = (time) => left + width * (time - first) / span;
    const parts = ticks(width, left, top, top + shown.length * row);
    shown.forEach((timeline, n) => {
      const y = top + n * row + 5, states = timeline.states.map((state) => ({ ...state, at: nanos(state.time) })).filter((state) => state.at !== null).sort((a, b) => a.at - b.at);
      parts.push(s("text", { x: left - 10, y: y + 15, "text-anchor": "end" }, clip(label(timeline.object), 30), s("title", {}, label(timeline.object))));
      states.forEach((state, i) => {
        const from = x(state.at), to = x(states[i + 1]?.at ?? last), text = state.state + (state.node ? " on " + state.node : ""), room = Math.floor((to - from - 8) / 7.2);
        parts.push(s("g", {}, s("title", {}, `${label(timeline.object)}: ${text}, since ${clock(state.at)} (#${state.frame})`), s("rect", { class: look(state.state), x: from, y, width: Math.max(to - from, 3), height: 20, rx: 3 }),
          room > 3 ? s("text", { class: "state-text", x: from + 5, y: y + 14 }, clip(text, room)) : null));
      });
      for (const event of data.events) {
        if (event.duration_ns === undefined || label(event.object) !== label(timeline.object)) continue;
        const from = x(nanos(event.time));
        parts.push(s("path", { class: "work", d: `M${from} ${y + 21}v4h${Math.max(width * event.duration_ns / span, 2)}v-4` }, s("title", {}, event.text)));
      }
    });
    panel("timelines", figure("timelines", left + width + 20, top + shown.length * row + 26, `States of ${many(shown.length, "object")} over time; the table below says the same in words`, ...parts),
      h("ul", { class: "legend" }, [["online", "online, up"], ["offline", "offline"], ["wait", "pending"], ["fail", "failed, down"], ["other", "other states"]].map(([kind, text]) => h("li", {}, mark(kind), text)), h("li", {}, "A bracket below a bar: an operation on the object")),
      h("details", {}, h("summary", {}, "The same as a table"), table([["Object"], ["Since"], ["State"], ["Node"], ["Known by"], ["Frame", "num"]], shown.flatMap((timeline) => timeline.states.map((state) => h("tr", {}, h("td", {}, label(timeline.object)), h("td", {}, state.time ? clock(nanos(state.time)) : ""), h("td", {}, state.state), h("td", {}, state.node ?? ""), h("td", {}, state.source ?? ""), h("td", { class: "num" }, "#" + state.frame)))))));
    if (all.length > shown.length) at("timelines").append(h("p", { class: "note" }, `${count(shown.length)} of ${count(all.length)} objects are shown.`));
  };

  const scale = (low, high) => { const a = Math.floor(Math.log10(Math.max(low, 1))), b = Math.max(Math.ceil(Math.log10(Math.max(high, 1))), a + 1); return { a, b, at: (ns) => (Math.log10(Math.max(ns, 1)) - a) / (b - a) }; };
  const latency = () => {
    if (!data.points.length) return drop("latency");
    nav("latency", "Latency");
    const values = data.points.map((point) => Math.max(point[1], 1)), axis = scale(Math.min(...values), Math.max(...values));
    const left = 70, width = 960, top = 10, height = 240, span = last - first || 1;
    const parts = ticks(width, left, top, top + height);
    for (let power = axis.a; power <= axis.b; power++) {
      const y = top + height * (1 - (power - axis.a) / (axis.b - axis.a));
      parts.push(s("line", { class: "grid", x1: left, x2: left + width, y1: y, y2: y }), s("text", { class: "soft", x: left - 8, y: y + 4, "text-anchor": "end" }, took(10 ** power).replace(/\.0+ /, " ")));
    }
    for (const [time, ns, failed, method] of data.points) {
      const x = left + width * (time - first) / span, y = top + height * (1 - axis.at(ns)), title = s("title", {}, `${names[method]}: ${took(ns)} at ${clock(time)}`);
      parts.push(failed ? s("path", { class: "cross", d: `M${x - 3} ${y - 3}l6 6m0 -6l-6 6` }, title) : s("circle", { class: "dot", cx: x, cy: y, r: 2.6 }, title));
    }
    panel("latency", h("h3", {}, "Over time"), figure("latency", left + width + 20, top + height + 26, "Latency of calls over time, logarithmic; dots are calls, crosses are calls that failed", ...parts),
      h("p", { class: "note" }, `A dot is a call, a cross one that failed; long polls are left out.` + (data.point_stride > 1 ? ` Every ${count(data.point_stride)}th call is drawn.` : "")));
    const methods = of("method").filter((row) => row.latency_p50_ns !== undefined).slice(0, METHODS), wide = 250, room = 480, line = 26;
    if (!methods.length) return;
    const by = scale(Math.min(...methods.map((row) => row.latency_p50_ns)), Math.max(...methods.map((row) => row.latency_max_ns))), px = (ns) => wide + room * Math.max(0, Math.min(1, by.at(ns)));
    const bars = methods.flatMap((row, n) => {
      const y = 6 + n * line, p50 = px(row.latency_p50_ns), p95 = px(row.latency_p95_ns), max = px(row.latency_max_ns);
      return [s("text", { x: wide - 10, y: y + 14, "text-anchor": "end" }, clip(row.key, 36), s("title", {}, row.key)), s("rect", { class: "range", x: p50, y: y + 3, width: Math.max(p95 - p50, 2), height: 14, rx: 3 }), s("circle", { class: "median", cx: p50, cy: y + 10, r: 5 }),
        s("line", { class: "max", x1: max, x2: max, y1: y + 3, y2: y + 17 }), s("text", { class: "soft", x: wide + room + 14, y: y + 14 }, `${took(row.latency_p50_ns)} · ${took(row.latency_p95_ns)} · ${took(row.latency_max_ns)}   ${count(row.calls)}×` + (row.errors ? `, ${count(row.errors)} failed` : ""))];
    });
    panel("latency", h("h3", {}, "By method"), figure("latency", wide + room + 330, 12 + methods.length * line, "Median, 95th percentile and largest latency by method, logarithmic", ...bars),
      h("p", { class: "note" }, "Dot: median. Bar: up to where 95 % are answered. Stroke: the slowest. The methods called most often come first."));
  };

  // The table of calls.
  let show = ROWS, query = "", only = "all", order = "time";
  const body = h("tbody"), status = h("p", { class: "note", role: "status", "aria-live": "polite" }), more = h("button", { type: "button", class: "more", onclick: () => { show += ROWS * 5; fill(); } }, "Show more");
  const open = new Set();
  const text = (call) => (call.text ??= [call.client, call.server, call.method, call.object, call.status, call.user, "#" + call.request, "#" + call.response, call.asked ?? "", call.answered ?? ""].join("\n").toLowerCase());
  const matching = () => {
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    const found = calls.filter((call) => (only === "all" || (only === "slow" ? call.latency !== null && !call.waits && call.latency >= (data.p95 ?? 0) : call.outcome === only)) && words.every((word) => text(call).includes(word)));
    if (order === "latency") found.sort((a, b) => (b.latency ?? -1) - (a.latency ?? -1));
    return found;
  };
  const detail = (call) => {
    const pair = (term, value) => value ? h("div", {}, h("dt", {}, term), h("dd", {}, value)) : null;
    const block = (head, message) => message ? [h("h3", {}, head), build(h("pre", { tabindex: "0" }), {}, [document.createTextNode(lines(message))])] : [];
    return h("tr", { class: "detail", id: "detail-" + call.index }, h("td", { colspan: "6" },
      h("dl", {}, pair("Asked", call.request !== null && call.time !== null ? stamp(call.time, 6) + " UTC, frame " + call.request : ""), pair("Answered", call.response !== null ? (call.latency !== null ? "after " + took(call.latency) + ", " : "") + "frame " + call.response : "not in the capture"), pair("User", call.user), pair("Client", call.client), pair("Server", call.server), pair("Object", call.object), pair("Status", call.status)),
      block("Request", call.asked), block("Answer", call.answered), !call.asked && !call.answered ? h("p", { class: "empty" }, call.outcome === "unknown" ? "The messages stay sealed, or can't be read." : "No values are kept of this call.") : null));
  };
  const toggle = (call, row) => {
    const button = row.querySelector("button"), there = at("detail-" + call.index);
    if (there) { there.remove(); open.delete(call.index); } else { row.after(detail(call)); open.add(call.index); }
    button.setAttribute("aria-expanded", String(!there));
  };
  const one = (call) => {
    const row = h("tr", { class: "call " + call.outcome, id: "call-" + call.index, onclick: (event) => { if (!String(getSelection())) toggle(call, row); } },
      h("td", { class: "num" }, h("button", { type: "button", class: "open", "aria-expanded": "false", "aria-label": "Messages of " + call.method }, "▸"), clock(call.time)),
      h("td", {}, h("b", {}, call.method), call.waits ? " (long poll)" : ""), h("td", { title: call.object.length > 120 ? clip(call.object, 4000) : null }, clip(call.object, 120)), h("td", {}, h("span", { class: "badge " + call.outcome }, (call.outcome === "failed" ? "✗ " : call.outcome === "unknown" ? "? " : "") + clip(call.status, 60))),
      h("td", { class: "num" }, took(call.latency)), h("td", {}, `${call.client} → ${call.server}`));
    if (open.has(call.index)) { const rows = document.createDocumentFragment(); rows.append(row, detail(call)); row.querySelector("button").setAttribute("aria-expanded", "true"); return rows; }
    return row;
  };
  const fill = () => {
    const found = matching();
    body.replaceChildren(...found.slice(0, show).map(one));
    more.hidden = found.length <= show;
    status.textContent = `${count(Math.min(show, found.length))} of ${many(found.length, "call")} that match` + (data.listed < data.calls ? `; ${count(data.listed)} of all ${count(data.calls)} calls are listed here (see the end of the page)` : "");
  };
  const reveal = (call) => {
    query = ""; only = "all"; order = "time"; at("search").value = ""; at("only").value = "all"; at("order").value = "time";
    show = Math.max(show, call.index + 1); open.add(call.index); fill();
    at("call-" + call.index).scrollIntoView({ block: "center" });
    at("call-" + call.index).querySelector("button").focus();
  };
  const list = () => {
    if (!calls.length) { panel("calls", h("p", { class: "empty" }, "None.")); return; }
    nav("calls", "Calls");
    const option = (value, text) => h("option", { value }, text);
    panel("calls", h("div", { class: "tools", role: "search" },
      h("label", { class: "wide" }, "Search names, values and frames", h("input", { type: "search", id: "search", placeholder: "ApiMoveGroup, ERROR_ACCESS_DENIED, #42 …", oninput: (event) => { query = event.target.value; show = ROWS; fill(); } })),
      h("label", {}, "Show", h("select", { id: "only", onchange: (event) => { only = event.target.value; show = ROWS; fill(); } }, option("all", "all"), option("failed", "failed"), option("slow", "slowest 5 %"), option("unknown", "outcome unknown"), option("unanswered", "without an answer"))),
      h("label", {}, "Order", h("select", { id: "order", onchange: (event) => { order = event.target.value; show = ROWS; fill(); } }, option("time", "by time"), option("latency", "slowest first")))),
      h("div", { class: "scroll" }, h("table", { id: "rows" }, h("thead", {}, h("tr", {}, [["Time (UTC)", "num"], ["Method"], ["Object"], ["Status"], ["Latency", "num"], ["Client → server"]].map(([head, type]) => h("th", { scope: "col", class: type }, head)))), body)), status, more);
    document.addEventListener("keydown", (event) => { if (event.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) { event.preventDefault(); at("search").focus(); } });
    fill();
  };

  const findings = () => {
    nav("findings", "Findings");
    const rules = [...data.rules].sort((a, b) => b.count - a.count);
    const plain = (value) => typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
    const line = (finding) => "#" + finding.frame + (finding.method ? " " + finding.method : "") + (finding.field ? " " + finding.field : "") + (finding.value !== undefined ? ": here " + clip(plain(finding.value), 200) : "") + (finding.expected !== undefined ? ", expected " + clip(plain(finding.expected), 200) : "");
    panel("findings", rules.length ? rules.map((rule) => h("details", {}, h("summary", {}, h("span", { class: "badge " + (rule.grade === "must" ? "failed" : "pending") }, `${count(rule.count)}× ${rule.grade}`), " ", h("b", {}, rule.rule), ` – ${rule.text} (${rule.section})`), h("ul", {}, rule.findings.map((finding) => h("li", {}, line(finding)))), rule.findings.length < rule.count ? h("p", { class: "note" }, `The first ${count(rule.findings.length)} of ${count(rule.count)}; cluscope check tells them all.`) : null)) : h("p", { class: "empty" }, `No rule broken in ${many(data.checked, "message")}.`));
    if (data.servers.length) panel("findings", h("h3", {}, "What the answers tell of the servers"), h("ul", {}, data.servers.map((server) => h("li", {}, `${server.server}: ${server.release ?? "release not known"}`))));
  };

  const notes = () => {
    const items = [];
    if (data.listed < data.calls) items.push(`${count(data.listed)} of ${count(data.calls)} calls are listed: ${data.failed_stride > 1 ? `one of ${count(data.failed_stride)} that failed` : "all that failed"}, the slowest, and one of ${count(data.stride)} of the others. The numbers in the summary count all of them.`);
    if (data.without_messages) items.push(`Of ${many(data.without_messages, "call")} the values had no room when they came.`);
    if (data.point_stride > 1) items.push(`The picture of latencies has one call of ${count(data.point_stride)}.`);
    for (const [name, n] of data.limits) items.push(`Given up for a limit: ${name} ${count(n)}.`);
    items.push("Passwords, tokens and other secrets that stand in messages are not in this page. Names and values of the capture are.");
    panel("notes", h("ul", {}, items.map((item) => h("li", {}, item))));
    at("footer").append(h("p", {}, `Made by ${data.program} from ${many(data.packets, "packet")}. Times are UTC. This file loads nothing and sends nothing.`));
  };

  lead(); summary(); events(); sequence(); timelines(); latency(); list(); findings(); notes();
  document.documentElement.dataset.ready = "true";
})();
